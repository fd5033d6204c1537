# The two index definitions are data; the programs carry them along, so that they need no files beside them.

file(READ ${CMAKE_SOURCE_DIR}/data/mapping_asset.json VAMS_ASSET_INDEX_DEFINITION)
file(READ ${CMAKE_SOURCE_DIR}/data/mapping_file.json VAMS_FILE_INDEX_DEFINITION)
configure_file(${CMAKE_SOURCE_DIR}/src/index/definitions.cc.in ${CMAKE_BINARY_DIR}/generated/definitions.cc @ONLY)
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/data/mapping_asset.json
                                                           ${CMAKE_SOURCE_DIR}/data/mapping_file.json)
target_sources(vams_index PRIVATE ${CMAKE_BINARY_DIR}/generated/definitions.cc)
