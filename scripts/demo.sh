#!/usr/bin/env bash
# ./dev demo: makes an embedded VAMS out of a real collection of 3D models and migrates it, from nothing to the verified end.
# Everything it makes is in vams-demo/, which it removes and makes again each time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

models=/usr/share/assimp/models # Debian's package assimp-testmodels
demo="vams-demo"
vams=$demo/vams
step=0

fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 3
}

heading() {
  step=$((step + 1))
  printf '\n%s%d. %s%s\n\n' "$bold" "$step" "$1" "$plain"
}

# show COMMAND...: prints the command as one would type it, then runs it.
show() {
  local word line=''
  for word in "$@"; do
    [[ $word =~ ^[-A-Za-z0-9_./,:=@]+$ ]] || word="'$word'"
    line+=" $word"
  done
  printf '$%s\n' "$line"
  "$@"
}

# add WHAT...: fills in something that no folder of files can hold.
add() { build/bin/vams-migrate local add "$@" --local "$vams" >>"$demo/local-add.log"; }

# collect DATABASE FOLDER...: moves these folders of models into the collection that becomes this database.
collect() {
  local database=$1 folder
  shift
  mkdir -p "$demo/collections/$database"
  for folder in "$@"; do mv "$demo/collections/rest/$folder" "$demo/collections/$database/"; done
}

# number FILE SECTION KEY: a number of the JSON report, the KEY that follows SECTION.
number() {
  awk -v section="\"$2\"" -v key="\"$3\":" 'index($0, section) { inside = 1 }
    inside && index($0, key) { gsub(/[^0-9.]/, "", $2); print $2; exit }' "$1"
}

bold='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
[ -d "$models" ] || fail "no $models: the package assimp-testmodels is missing (./dev setup demo)"
if [ -e "$demo" ]; then
  [ -e "$demo/.made-by-demo" ] || fail "$demo is there and was not made by this demo; move it away"
  rm -rf "$demo"
fi
mkdir "$demo"
touch "$demo/.made-by-demo"
PATH=$PWD/build/bin:$PATH

heading "A collection: every model of Debian's assimp-testmodels, sorted as a studio might have it"
mkdir "$demo/collections"
cp -r "$models" "$demo/collections/rest"
collect web glTF glTF2 X3D WRL XGL 3MF OpenGEX
collect film FBX Collada BVH BLEND LWO LWS ASE 3DS AC IRR IRRMesh
collect games MD2 MD5 MDC MDL HMP Q3D IQM SMD MS3D Ogre B3D M3D
mv "$demo/collections/rest" "$demo/collections/engineering"
# Names as people give them, and files that the search never shows: without an extension, previews, pipeline leftovers.
odd="$demo/collections/workshop/Café prototypes 100% + extras"
mkdir -p "$odd/preview" "$odd/模型"
for name in 'with space.obj' 'a+b.obj' '100%.obj' 'percent%20written.obj' '模型/röd vas.obj' 'LICENSE' 'preview/thumbnail.png' \
  'vase.previewFile.png'; do
  cp "$models/OBJ/box.obj" "$odd/$name"
done
mkdir "$demo/collections/workshop/retired"
cp "$models/OBJ/spider.obj" "$demo/collections/workshop/retired/"
for folder in "$demo"/collections/*; do
  printf '%-34s %4d folders, %4d files\n' "$folder" "$(find "$folder" -mindepth 1 -maxdepth 1 -type d | wc -l)" "$(find "$folder" -type f | wc -l)"
done

heading "A VAMS in a directory, with that collection in five databases and four buckets; its search indexes are empty"
show vams-migrate local init "$vams"
show vams-migrate local import "$demo/collections/engineering" --database engineering --bucket engineering-models --local "$vams"
show vams-migrate local import "$demo/collections/web" --database web --bucket web-models --prefix / --tags web,realtime --local "$vams"
show vams-migrate local import "$demo/collections/film" --database film --bucket studio-models --prefix film/assets/ --tags film --local "$vams"
show vams-migrate local import "$demo/collections/games" --database games --bucket studio-models --prefix games/ --tags game,lowpoly --local "$vams"
show vams-migrate local import "$demo/collections/workshop" --database workshop --bucket workshop-models --prefix a/b/ --local "$vams"

printf '\nand metadata, links, versions and an archived asset (%s)\n' "vams-migrate local add --help"
add metadata film FBX studio='North Light' 'delivered on=2024-01-15' approved=true
add metadata film FBX quality=hero --path /box.fbx
add metadata web glTF2 license=CC-BY 'made by=Khronos samples'
add link film Collada FBX --type parentChild
add link film Collada LWO --type related
add link games MD2 MD5 --type related
add version web glTF2 1 --comment 'normals corrected'
add version games MDL 1 --comment 'first import'
add asset workshop retired --archived
show vams-migrate local status --local "$vams"

heading "A dry run: what would be done, and nothing is"
cat >"$demo/config.json" <<JSON
{
    // The one line that makes it this VAMS. Without it the names below would be those of a deployed one; here they are only shown.
    "local": "$vams",
    "asset_storage_table_name": "demo-AssetStorageTable",
    "s3_asset_buckets_table_name": "demo-S3AssetBucketsTable",
    "reindex_settings": { "asset_batch_size": 25, "s3_batch_size": 100, "max_workers": 4 },
    "log_level": "INFO",
    "verification_wait_time": 60,
    "report_dir": "$demo/reports",
    "state_dir": "$demo/state"
}
JSON
show vams-migrate --config "$demo/config.json" --report-dir "$demo/dry-run" --dry-run

heading "The migration: assets, files, wait for the indexers, verify"
show vams-migrate --config "$demo/config.json"

heading "The proof once more, at any later time: every document, both ways"
show vams-migrate verify --config "$demo/config.json"

heading "Three searches"
show vams-migrate local search assets 'north light' --local "$vams"
show vams-migrate local search files 'spider*' --limit 5 --local "$vams"
show vams-migrate local search files 'röd' --local "$vams"

report=$(find "$demo/reports" -name 'migration_report_*.json' | sort | tail -n 1)
heading "What happened"
cat <<TXT
A whole VAMS (tables, buckets, search indexes) was made in a directory and filled with $(find "$models" -type f | wc -l) files of real 3D models
and a few with difficult names. Then it was migrated: each asset and each file was handed to the indexers, and each
document in the two search indexes was compared with its source.

  assets   $(number "$report" asset_index actual_documents) of $(number "$report" asset_index expected_documents) expected documents are in the asset index
  files    $(number "$report" file_index actual_documents) of $(number "$report" file_index expected_documents) expected documents are in the file index;
           $(number "$report" file_reindexing objects_scanned) objects were looked at: files without an extension and previews are not indexed, by the rules
  verdict  everything is as it should be (vams-migrate verify ended with 0)

  report   $report
  VAMS     $vams
  config   $demo/config.json

Try next:
  build/bin/vams-migrate local search files 'duck*' --local $vams
  build/bin/vams-migrate local documents get assets 'web#glTF2' --local $vams
  build/bin/vams-migrate local documents delete files 'film#FBX#/box.fbx' --local $vams
  build/bin/vams-migrate verify --local $vams              # names what is missing, exit code 1
  build/bin/vams-migrate verify --repair --local $vams     # and puts it back
  build/bin/vams-migrate --help
TXT
