#include "testing/rig/fault_plan.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace vams::rig {
namespace {

using Json = nlohmann::json;

struct Number {
  std::string_view name;
  double FaultPlan::* member;
  double most;
};
constexpr double kAnySeconds = 1e9;
constexpr std::array kNumbers{
    Number{"latency_ms", &FaultPlan::latency_ms, 1e6},
    Number{"jitter_ms", &FaultPlan::jitter_ms, 1e6},
    Number{"throttle", &FaultPlan::throttle, 1},
    Number{"reset", &FaultPlan::reset, 1},
    Number{"lost_reply", &FaultPlan::lost_reply, 1},
    Number{"truncate", &FaultPlan::truncate, 1},
    Number{"garbage", &FaultPlan::garbage, 1},
    Number{"slow_body", &FaultPlan::slow_body, 1},
    Number{"slow_ms", &FaultPlan::slow_ms, 1e6},
    Number{"partial", &FaultPlan::partial, 1},
    Number{"expired_every_s", &FaultPlan::expired_every_s, kAnySeconds},
    Number{"outage_from_s", &FaultPlan::outage_from_s, kAnySeconds},
    Number{"outage_for_s", &FaultPlan::outage_for_s, kAnySeconds},
    Number{"edits_per_s", &FaultPlan::edits_per_s, 1e6},
    Number{"deletes_per_s", &FaultPlan::deletes_per_s, 1e6},
    Number{"changes_for_s", &FaultPlan::changes_for_s, kAnySeconds},
};

bool ReadOperations(const Json& json, std::vector<Operation>& into) {
  if (!json.is_array()) return false;
  for (const Json& name : json) {
    if (!name.is_string()) return false;
    into.push_back(OperationNamed(name.get<std::string>()));
    if (into.back() == Operation::kUnknown) return false;
  }
  return true;
}

bool ReadLimits(const Json& json, std::vector<std::pair<double, double>>& into) {
  if (!json.is_array()) return false;
  for (const Json& step : json) {
    if (!step.is_array() || step.size() != 2 || !step[0].is_number() || !step[1].is_number()) return false;
    into.emplace_back(step[0].get<double>(), step[1].get<double>());
    if (into.size() > 1 && into[into.size() - 2].first > into.back().first) return false;
  }
  return true;
}

bool ReadMember(const std::string& name, const Json& value, FaultPlan& plan) {
  for (const Number& number : kNumbers) {
    if (number.name != name) continue;
    if (!value.is_number()) return false;
    plan.*number.member = value.get<double>();
    return plan.*number.member >= 0 && plan.*number.member <= number.most;
  }
  if (name == "outage_refuses" && value.is_boolean()) {
    plan.outage_refuses = value.get<bool>();
    return true;
  }
  if (name == "table_gone" && value.is_string()) {
    plan.table_gone = value.get<std::string>();
    return true;
  }
  if (name == "sns_limit") return ReadLimits(value, plan.sns_limit);
  if (name == "operations") return ReadOperations(value, plan.operations);
  if (name == "access_denied") return ReadOperations(value, plan.access_denied);
  return false;
}

}  // namespace

std::expected<FaultPlan, std::string> ReadFaultPlan(std::string_view json) {
  const Json read = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object()) return std::unexpected("the faults must be a JSON object");
  FaultPlan plan;
  for (const auto& [name, value] : read.items()) {
    if (!ReadMember(name, value, plan)) {
      return std::unexpected(fmt::format("{} of the faults cannot be {}", name, value.dump()));
    }
  }
  return plan;
}

}  // namespace vams::rig
