#pragma once

#include "cli/command.h"

namespace vams::cli {

std::unique_ptr<Command> MakeRun();
std::unique_ptr<Command> MakeResume();
std::unique_ptr<Command> MakeReplay();
std::unique_ptr<Command> MakeRuns();
std::unique_ptr<Command> MakeReport();
std::unique_ptr<Command> MakeReindex();
std::unique_ptr<Command> MakePlan();
std::unique_ptr<Command> MakeVerify();
std::unique_ptr<Command> MakeRollback();
std::unique_ptr<Command> MakeConfigTemplate();
std::unique_ptr<Command> MakeConfigCheck();
std::unique_ptr<Command> MakeIndexesCreate();
std::unique_ptr<Command> MakeIndexesShow();
std::unique_ptr<Command> MakeIndexesCheck();
std::unique_ptr<Command> MakeDoctor();
std::unique_ptr<Command> MakeIndexerAssets();
std::unique_ptr<Command> MakeIndexerFiles();
std::unique_ptr<Command> MakeLocalInit();
std::unique_ptr<Command> MakeLocalImport();
std::unique_ptr<Command> MakeLocalLoad();
std::unique_ptr<Command> MakeLocalAddBucket();
std::unique_ptr<Command> MakeLocalAddAsset();
std::unique_ptr<Command> MakeLocalAddFile();
std::unique_ptr<Command> MakeLocalAddMetadata();
std::unique_ptr<Command> MakeLocalAddLink();
std::unique_ptr<Command> MakeLocalAddVersion();
std::unique_ptr<Command> MakeLocalStatus();
std::unique_ptr<Command> MakeLocalSearch();
std::unique_ptr<Command> MakeLocalIndex();
std::unique_ptr<Command> MakeDocumentsGet();
std::unique_ptr<Command> MakeDocumentsPut();
std::unique_ptr<Command> MakeDocumentsDelete();

// The two programs.
Program MigrateProgram();
Program ReindexProgram();

}  // namespace vams::cli
