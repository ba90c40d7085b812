using System.Buffers;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dialects;

/// <summary>What Chat Completions and Responses share: the shape of errors.</summary>
internal abstract class OpenAIClient : ClientDialect
{
    /// <inheritdoc/>
    public override int Status(ProviderError error) => OpenAIErrors.Status(error);

    /// <inheritdoc/>
    public override bool Understands(ProviderError error) => error.Kind != ErrorKind.ContextTooLong || error.Code == "context_length_exceeded";

    /// <inheritdoc/>
    public override void WriteError(IBufferWriter<byte> output, ProviderError error, string requestId) => OpenAIErrors.WriteBody(output, error);

    /// <inheritdoc/>
    public override void WriteOwnError(IBufferWriter<byte> output, int status, string type, string message, string? field, string requestId, string? code) =>
        OpenAIErrors.Write(output, status == 402 ? "insufficient_quota" : status >= 500 ? "server_error" : type is "not_found_error" or "request_too_large" ? "invalid_request_error" : type, message, field, code ?? status switch
        {
            401 => "invalid_api_key",
            402 => "insufficient_quota",
            404 when field == "model" => "model_not_found",
            429 => "rate_limit_exceeded",
            >= 500 => "server_error",
            _ => null,
        });
}
