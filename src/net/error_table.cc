#include "net/error_table.h"

#include <algorithm>

namespace vams {
namespace {

using enum ErrorClass;

constexpr std::string_view kCheckClock =
    "check this machine's clock (NTP), then the secret key: the signature was refused";
constexpr std::string_view kCheckKeys =
    "check which credentials are used: `aws sts get-caller-identity` with the same profile and region";
constexpr std::string_view kLogInAgain = "the credentials have expired: log in again or get new ones, then resume";
constexpr std::string_view kKmsHint =
    "the KMS key behind the encryption must be enabled and usable by these credentials";
constexpr std::string_view kTopicHint = "check the topic's ARN and its region";
constexpr std::string_view kTableHint = "check the table's name and the region";

constexpr ErrorRow kCommon[] = {
    // aws-facts section 2, throttling
    {"Throttling", kThrottled},
    {"ThrottlingException", kThrottled},
    {"ThrottledException", kThrottled},
    {"Throttled", kThrottled},
    {"RequestThrottledException", kThrottled},
    {"RequestThrottled", kThrottled},
    {"TooManyRequestsException", kThrottled},
    {"ProvisionedThroughputExceededException", kThrottled},
    {"TransactionInProgressException", kThrottled},
    {"RequestLimitExceeded", kThrottled},
    {"BandwidthLimitExceeded", kThrottled},
    {"LimitExceededException", kThrottled},
    {"SlowDown", kThrottled},
    {"EC2ThrottledException", kThrottled},
    // aws-facts section 2, transient
    {"RequestTimeout", kTransient},
    {"RequestTimeoutException", kTransient},
    {"PriorRequestNotComplete", kTransient},
    {"InternalFailure", kTransient},
    {"InternalError", kTransient},
    {"InternalServerError", kTransient},
    {"InternalServerException", kTransient},
    {"ServiceUnavailable", kTransient},
    {"ServiceUnavailableException", kTransient},
    // signatures and clocks
    {"RequestTimeTooSkewed", kClockSkew, kCheckClock},
    {"RequestExpired", kClockSkew, kCheckClock},
    {"RequestInTheFuture", kClockSkew, kCheckClock},
    {"InvalidSignatureException", kClockSkew, kCheckClock},
    {"InvalidSignature", kClockSkew, kCheckClock},
    {"SignatureDoesNotMatch", kClockSkew, kCheckClock},
    {"AuthFailure", kClockSkew, kCheckClock},
    // credentials
    {"ExpiredToken", kExpired, kLogInAgain},
    {"ExpiredTokenException", kExpired, kLogInAgain},
    {"TokenRefreshRequired", kExpired, kLogInAgain},
    {"UnrecognizedClientException", kAuth, kCheckKeys},
    {"InvalidClientTokenId", kAuth, kCheckKeys},
    {"InvalidAccessKeyId", kAuth, kCheckKeys},
    {"InvalidToken", kAuth, kCheckKeys},
    {"IncompleteSignature", kAuth, kCheckKeys},
    {"IncompleteSignatureException", kAuth, kCheckKeys},
    {"MissingAuthenticationToken", kAuth, kCheckKeys},
    {"MissingAuthenticationTokenException", kAuth, kCheckKeys},
    {"MissingSecurityHeader", kAuth, kCheckKeys},
    {"InvalidSecurity", kAuth, kCheckKeys},
    {"NotSignedUp", kAuth, "the account is not signed up for this service"},
    {"OptInRequired", kAuth, "the account has not opted in to this service or region"},
    // permissions
    {"AccessDenied", kAccessDenied},
    {"AccessDeniedException", kAccessDenied},
    {"UnauthorizedOperation", kAccessDenied},
    {"NotAuthorized", kAccessDenied},
    {"Forbidden", kAccessDenied},
    // requests that are wrong
    {"ValidationException", kInvalid},
    {"ValidationError", kInvalid},
    {"SerializationException", kInvalid},
    {"InvalidParameter", kInvalid},
    {"InvalidParameterValue", kInvalid},
    {"InvalidParameterValueException", kInvalid},
    {"InvalidParameterException", kInvalid},
    {"InvalidParameterCombination", kInvalid},
    {"InvalidQueryParameter", kInvalid},
    {"MalformedQueryString", kInvalid},
    {"MissingParameter", kInvalid},
    {"MissingAction", kInvalid},
    {"InvalidAction", kInvalid},
    {"UnknownOperationException", kInvalid, "the server does not know this operation: check the endpoint"},
    {"UnsupportedOperation", kInvalid},
    {"NotImplemented", kPermanent, "the server does not offer this operation"},
};

constexpr ErrorRow kDynamoDb[] = {
    {"ConditionalCheckFailedException", kCondition},
    {"ConditionalCheckFailed", kCondition},  // the short names are those of a batch's single statements
    {"TransactionCanceledException", kCondition},
    {"TransactionConflictException", kTransient},
    {"TransactionConflict", kTransient},
    {"ReplicatedWriteConflictException", kTransient},
    {"ProvisionedThroughputExceeded", kThrottled},
    {"ThrottlingError", kThrottled},
    {"ResourceNotFoundException", kNotFound, kTableHint},
    {"ResourceNotFound", kNotFound, kTableHint},
    {"TableNotFoundException", kNotFound, kTableHint},
    {"ResourceInUseException", kConflict, "the table is being made, changed or deleted: wait until it is ACTIVE"},
    {"TableInUseException", kConflict, "the table is being made, changed or deleted: wait until it is ACTIVE"},
    {"ItemCollectionSizeLimitExceededException", kTooLarge},
    {"ItemCollectionSizeLimitExceeded", kTooLarge},
    {"DuplicateItemException", kConflict},
    {"DuplicateItem", kConflict},
    {"IdempotentParameterMismatchException", kInvalid},
};

constexpr ErrorRow kStreams[] = {
    {"ResourceNotFoundException", kNotFound, "check the stream's ARN: a table that was made again has a new one"},
    {"ExpiredIteratorException", kCondition, "the iterator is older than 15 minutes: ask for a new one"},
    {"TrimmedDataAccessException", kNotFound, "the records are older than the 24 hours that a stream keeps"},
};

constexpr ErrorRow kS3[] = {
    {"NoSuchBucket", kNotFound, "check the bucket's name"},
    {"NoSuchKey", kNotFound},
    {"NoSuchVersion", kNotFound},
    {"NoSuchConfiguration", kNotFound},
    {"NotFound", kNotFound},
    {"PreconditionFailed", kCondition},
    {"NotModified", kCondition},
    {"ConditionalRequestConflict", kTransient},
    {"OperationAborted", kTransient},
    {"BadDigest", kTransient},
    {"IncompleteBody", kTransient},
    {"Busy", kThrottled},
    {"PermanentRedirect", kRedirect},
    {"TemporaryRedirect", kRedirect},
    {"Redirect", kRedirect},
    {"AuthorizationHeaderMalformed", kRedirect, "the bucket is in another region than the one asked"},
    {"IllegalLocationConstraintException", kRedirect, "the bucket is in another region than the one asked"},
    {"BucketAlreadyExists", kConflict},
    {"BucketAlreadyOwnedByYou", kConflict},
    {"AllAccessDisabled", kAccessDenied},
    {"AccountProblem", kPermanent, "the account has a problem that its owner has to settle with AWS"},
    {"InvalidObjectState", kPermanent, "the object is archived: restore it first"},
    {"KMS.DisabledException", kPermanent, kKmsHint},
    {"KMS.NotFoundException", kPermanent, kKmsHint},
    {"KMS.KMSInvalidStateException", kPermanent, kKmsHint},
    {"KMS.UnrecognizedClientException", kPermanent, kKmsHint},
    {"EntityTooLarge", kTooLarge},
    {"KeyTooLongError", kTooLarge},
    {"MetadataTooLarge", kTooLarge},
    {"InvalidArgument", kInvalid},
    {"InvalidRequest", kInvalid},
    {"InvalidBucketName", kInvalid},
    {"InvalidRange", kInvalid},
    {"InvalidURI", kInvalid},
    {"MalformedXML", kInvalid},
    {"MethodNotAllowed", kInvalid},
    {"XAmzContentSHA256Mismatch", kInvalid},
};

constexpr ErrorRow kSns[] = {
    {"NotFound", kNotFound, kTopicHint},
    {"NotFoundException", kNotFound, kTopicHint},
    {"ResourceNotFound", kNotFound, kTopicHint},
    {"AuthorizationError", kAccessDenied},
    {"AuthorizationErrorException", kAccessDenied},
    {"ParameterValueInvalid", kInvalid},
    {"KMSThrottling", kThrottled},
    {"KMSThrottlingException", kThrottled},
    {"KMSAccessDenied", kAccessDenied, kKmsHint},
    {"KMSAccessDeniedException", kAccessDenied, kKmsHint},
    {"KMSDisabled", kPermanent, kKmsHint},
    {"KMSDisabledException", kPermanent, kKmsHint},
    {"KMSInvalidState", kPermanent, kKmsHint},
    {"KMSInvalidStateException", kPermanent, kKmsHint},
    {"KMSNotFound", kPermanent, kKmsHint},
    {"KMSNotFoundException", kPermanent, kKmsHint},
    {"KMSOptInRequired", kPermanent, kKmsHint},
    {"EndpointDisabled", kPermanent},
    {"BatchRequestTooLong", kTooLarge},
    {"BatchEntryIdsNotDistinct", kInvalid},
    {"EmptyBatchRequest", kInvalid},
    {"InvalidBatchEntryId", kInvalid},
    {"TooManyEntriesInBatchRequest", kInvalid},
};

constexpr ErrorRow kSqs[] = {
    {"QueueDoesNotExist", kNotFound, "check the queue's URL and region"},
    {"NonExistentQueue", kNotFound, "check the queue's URL and region"},
    {"QueueDeletedRecently", kTransient},
    {"PurgeQueueInProgress", kTransient},
    {"OverLimit", kThrottled, "too many messages are in flight: delete what has been handled"},
    {"KmsThrottled", kThrottled},
    {"KmsAccessDenied", kAccessDenied, kKmsHint},
    {"KmsDisabled", kPermanent, kKmsHint},
    {"KmsInvalidState", kPermanent, kKmsHint},
    {"KmsInvalidKeyUsage", kPermanent, kKmsHint},
    {"KmsNotFound", kPermanent, kKmsHint},
    {"KmsOptInRequired", kPermanent, kKmsHint},
    {"ReceiptHandleIsInvalid", kCondition, "the message was received again since: its visibility time-out has passed"},
    {"InvalidIdFormat", kCondition, "the message was received again since: its visibility time-out has passed"},
    {"MessageNotInflight", kCondition, "the message is visible again: its visibility time-out has passed"},
    {"BatchRequestTooLong", kTooLarge},
    {"BatchEntryIdsNotDistinct", kInvalid},
    {"EmptyBatchRequest", kInvalid},
    {"InvalidBatchEntryId", kInvalid},
    {"TooManyEntriesInBatchRequest", kInvalid},
    {"InvalidMessageContents", kInvalid},
    {"InvalidAddress", kInvalid},
    {"InvalidAttributeName", kInvalid},
};

constexpr ErrorRow kSsm[] = {
    {"ParameterNotFound", kNotFound, "check the parameter's name and the region"},
    {"ParameterVersionNotFound", kNotFound, "check the parameter's name and the region"},
    {"ParameterAlreadyExists", kConflict},
    {"TooManyUpdates", kThrottled},
    {"InvalidKeyId", kPermanent, kKmsHint},
};

constexpr ErrorRow kSts[] = {
    {"IDPCommunicationError", kTransient},
    {"IDPRejectedClaim", kAuth,
     "the identity provider refused the web identity token: is it expired, or for another audience?"},
    {"InvalidIdentityToken", kAuth, "the web identity token is not one of the role's identity provider"},
    {"RegionDisabledException", kPermanent, "STS is not activated in this region for the account"},
    {"MalformedPolicyDocument", kInvalid},
    {"PackedPolicyTooLarge", kTooLarge},
};

constexpr ErrorRow kLambda[] = {
    {"ResourceNotFoundException", kNotFound},
    {"ResourceConflictException", kConflict},
    {"ServiceException", kTransient},
    {"RequestTooLargeException", kTooLarge},
};

constexpr ErrorRow kCloudWatch[] = {
    {"InternalServiceError", kTransient},
    {"InternalServiceFault", kTransient},
};

constexpr std::string_view kSsoLogin = "the SSO session has ended: run `aws sso login` with the same profile";
constexpr ErrorRow kSso[] = {
    {"UnauthorizedException", kAuth, kSsoLogin},
    {"invalid_grant", kAuth, kSsoLogin},
    {"InvalidGrantException", kAuth, kSsoLogin},
    {"expired_token", kAuth, kSsoLogin},
    {"invalid_client", kAuth, kSsoLogin},
    {"InvalidClientException", kAuth, kSsoLogin},
    {"unauthorized_client", kAuth, kSsoLogin},
    {"ForbiddenException", kAccessDenied, "this role of this account is not assigned to you in IAM Identity Center"},
    {"ResourceNotFoundException", kNotFound, "check sso_account_id and sso_role_name of the profile"},
    {"InvalidRequestException", kInvalid},
    {"invalid_request", kInvalid},
    {"slow_down", kThrottled},
};

constexpr std::string_view kDiskHint = "the cluster has too little free disk and blocks writing: free or add storage";
constexpr ErrorRow kOpenSearch[] = {
    {"version_conflict_engine_exception", kConflict},
    {"index_not_found_exception", kNotFound, "check the index's name: `vams-migrate indexes create` makes it"},
    {"aliases_not_found_exception", kNotFound},
    {"document_missing_exception", kNotFound},
    {"search_context_missing_exception", kNotFound, "the point in time has expired: open a new one"},
    {"resource_already_exists_exception", kConflict},
    {"snapshot_in_progress_exception", kTransient},
    {"rejected_execution_exception", kThrottled},
    {"es_rejected_execution_exception", kThrottled},
    {"opensearch_rejected_execution_exception", kThrottled},
    {"circuit_breaking_exception", kThrottled},
    {"too_many_requests", kThrottled},
    {"no_shard_available_action_exception", kTransient},
    {"unavailable_shards_exception", kTransient},
    {"search_phase_execution_exception", kTransient},
    {"master_not_discovered_exception", kTransient},
    {"cluster_manager_not_discovered_exception", kTransient},
    {"process_cluster_event_timeout_exception", kTransient},
    {"node_closed_exception", kTransient},
    {"node_not_connected_exception", kTransient},
    {"node_disconnected_exception", kTransient},
    {"receive_timeout_transport_exception", kTransient},
    {"timeout_exception", kTransient},
    {"cluster_block_exception", kPermanent, kDiskHint},
    {"index_closed_exception", kPermanent, "the index is closed: open it first"},
    {"security_exception", kAccessDenied},
    {"mapper_parsing_exception", kInvalid},
    {"document_parsing_exception", kInvalid},
    {"strict_dynamic_mapping_exception", kInvalid},
    {"illegal_argument_exception", kInvalid},
    {"max_bytes_length_exceeded_exception", kInvalid},
    {"parse_exception", kInvalid},
    {"parsing_exception", kInvalid},
    {"x_content_parse_exception", kInvalid},
    {"json_parse_exception", kInvalid},
    {"action_request_validation_exception", kInvalid},
    {"invalid_index_name_exception", kInvalid},
    {"invalid_alias_name_exception", kInvalid},
    {"validation_exception", kPermanent, "the cluster's limit of shards is reached"},
    {"content_too_long_exception", kTooLarge},
};

ErrorClass ClassOfStatus(int status, bool has_code) {
  switch (status) {
    case 429: return kThrottled;
    case 408:
    case 500:
    case 502:
    case 503:
    case 504: return kTransient;
    default: break;
  }
  // A word that nobody knows says that something is special: then the status alone decides nothing.
  if (has_code) return kUnknown;
  switch (status) {
    case 301:
    case 302:
    case 307:
    case 308: return kRedirect;
    case 401: return kAuth;
    case 403: return kAccessDenied;
    case 404: return kNotFound;
    case 409: return kConflict;
    case 412: return kCondition;
    case 413: return kTooLarge;
    case 501: return kPermanent;
    default: return kUnknown;
  }
}

const ErrorRow* FindRow(std::span<const ErrorRow> rows, std::string_view code) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const ErrorRow& row) { return row.code == code; });
  return at == rows.end() ? nullptr : &*at;
}

}  // namespace

std::string_view ErrorClassName(ErrorClass cls) {
  switch (cls) {
    case kThrottled: return "throttled";
    case kTransient: return "transient";
    case kClockSkew: return "clock-skew";
    case kExpired: return "expired";
    case kAuth: return "auth";
    case kAccessDenied: return "access-denied";
    case kRedirect: return "redirect";
    case kNotFound: return "not-found";
    case kCondition: return "condition";
    case kConflict: return "conflict";
    case kTooLarge: return "too-large";
    case kInvalid: return "invalid";
    case kPermanent: return "permanent";
    case kUnknown: return "unknown";
  }
  return "unknown";
}

std::string_view HintOf(ErrorClass cls) {
  switch (cls) {
    case kThrottled: return "lower the rate (--max-rate) or raise the service's capacity";
    case kTransient: return "try again later; if it stays, the service's status page may say why";
    case kClockSkew: return kCheckClock;
    case kExpired: return kLogInAgain;
    case kAuth: return kCheckKeys;
    case kRedirect: return "check the region and the endpoint";
    case kAccessDenied:
    case kNotFound:
    case kCondition:
    case kConflict:
    case kTooLarge:
    case kInvalid:
    case kPermanent:
    case kUnknown: return {};
  }
  return {};
}

ErrorCode CodeOf(ErrorClass cls) {
  switch (cls) {
    case kThrottled: return ErrorCode::kThrottled;
    case kTransient: return ErrorCode::kUnavailable;
    case kExpired: return ErrorCode::kExpired;
    case kClockSkew:
    case kAuth:
    case kAccessDenied: return ErrorCode::kAccessDenied;
    case kRedirect:
    case kInvalid:
    case kPermanent: return ErrorCode::kInvalid;
    case kNotFound: return ErrorCode::kNotFound;
    case kCondition: return ErrorCode::kPrecondition;
    case kConflict: return ErrorCode::kConflict;
    case kTooLarge: return ErrorCode::kTooLarge;
    case kUnknown: return ErrorCode::kUnknown;
  }
  return ErrorCode::kUnknown;
}

bool MayPass(ErrorClass cls) { return cls == kThrottled || cls == kTransient; }

std::span<const ErrorRow> CommonErrors() { return kCommon; }

std::span<const ErrorRow> OwnErrors(Service service) {
  switch (service) {
    case Service::kDynamoDb: return kDynamoDb;
    case Service::kDynamoDbStreams: return kStreams;
    case Service::kS3: return kS3;
    case Service::kSns: return kSns;
    case Service::kSqs: return kSqs;
    case Service::kSsm: return kSsm;
    case Service::kSts: return kSts;
    case Service::kLambda: return kLambda;
    case Service::kCloudWatch: return kCloudWatch;
    case Service::kSso: return kSso;
    case Service::kOpenSearch:
    case Service::kOpenSearchServerless: return kOpenSearch;
    case Service::kMetadata: return {};
  }
  return {};
}

std::string_view BareCode(std::string_view code) {
  if (const std::size_t hash = code.rfind('#'); hash != code.npos) code.remove_prefix(hash + 1);
  code = code.substr(0, code.find_first_of(":; "));
  // "AWS.SimpleQueueService.NonExistentQueue", but "KMS.DisabledException" is a code of its own.
  if (code.starts_with("AWS.")) code.remove_prefix(code.rfind('.') + 1);
  return code;
}

Classification Classify(Service service, std::string_view code, int http_status) {
  const std::string_view bare = BareCode(code);
  const ErrorRow* row = bare.empty() ? nullptr : FindRow(OwnErrors(service), bare);
  if (row == nullptr && !bare.empty()) row = FindRow(kCommon, bare);
  const ErrorClass cls = row != nullptr ? row->cls : ClassOfStatus(http_status, !bare.empty());
  // A cluster that has no leader yet blocks everything with the word of a full disk; its status tells them apart.
  if (cls == kPermanent && http_status == 503) return {kTransient, HintOf(kTransient)};
  return {cls, row != nullptr && !row->hint.empty() ? row->hint : HintOf(cls)};
}

}  // namespace vams
