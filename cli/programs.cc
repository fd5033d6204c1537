#include "cli/commands.h"

namespace vams::cli {

Program MigrateProgram() {
  return {.name = "vams-migrate",
          .summary = "Reindexes the assets and files of a VAMS into its two search indexes, and verifies the result.",
          .commands = {MakeRun,
                       MakePlan,
                       MakeResume,
                       MakeReplay,
                       MakeRuns,
                       MakeReport,
                       MakeVerify,
                       MakeRollback,
                       MakeConfigTemplate,
                       MakeConfigCheck,
                       MakeIndexesCreate,
                       MakeIndexesShow,
                       MakeIndexesCheck,
                       MakeDoctor,
                       MakeIndexerAssets,
                       MakeIndexerFiles,
                       MakeLocalInit,
                       MakeLocalImport,
                       MakeLocalLoad,
                       MakeLocalAddBucket,
                       MakeLocalAddAsset,
                       MakeLocalAddFile,
                       MakeLocalAddMetadata,
                       MakeLocalAddLink,
                       MakeLocalAddVersion,
                       MakeLocalStatus,
                       MakeLocalSearch,
                       MakeLocalIndex,
                       MakeDocumentsGet,
                       MakeDocumentsPut,
                       MakeDocumentsDelete},
          .default_command = "run"};
}

Program ReindexProgram() {
  return {.name = "vams-reindex",
          .summary = "Reindexes the assets and files of a VAMS.",
          .commands = {MakeReindex},
          .default_command = ""};
}

}  // namespace vams::cli
