namespace Ccr.ProxyService.Telemetry;

/// <summary>The labels of one series of the metrics for generative AI.</summary>
/// <param name="Operation">gen_ai.operation.name.</param>
/// <param name="Provider">gen_ai.provider.name; empty when no provider was asked.</param>
/// <param name="RequestModel">gen_ai.request.model: of the target that was asked first; empty when none was.</param>
/// <param name="ResponseModel">gen_ai.response.model: of the target that answered; empty when none did.</param>
/// <param name="Error">error.type; empty for an answer.</param>
internal readonly record struct GenAiKey(string Operation, string Provider, string RequestModel, string ResponseModel, string Error = "");
