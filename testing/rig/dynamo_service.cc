#include "testing/rig/service.h"

namespace vams::rig {
void ServeDynamoDb(const Serving&, Operation, const Request&, Reply& reply) { reply.status = 501; }
void ServeSearch(const Serving&, Operation, const Request&, Reply& reply) { reply.status = 501; }
}  // namespace vams::rig
