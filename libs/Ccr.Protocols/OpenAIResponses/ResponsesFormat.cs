using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>The text.format field, which requests and answers write alike.</summary>
internal static class ResponsesFormat
{
    /// <summary>Writes the field, name and value.</summary>
    public static void Write(RawJsonWriter json, CanonicalRequest request)
    {
        if (request.OutputFormat == OutputFormat.JsonSchema && !request.OutputSchema.IsNullOrAbsent)
        {
            json.Raw("\"format\":{\"type\":\"json_schema\",\"name\":"u8);
            json.Escaped(request.OutputSchemaName.IsEmpty ? "output"u8 : request.OutputSchemaName.Span);
            json.Raw(",\"schema\":"u8);
            json.Raw(request.OutputSchema.Span);
            json.Raw(",\"strict\":"u8);
            json.Raw(request.OutputSchemaStrict.IsNullOrAbsent ? "false"u8 : request.OutputSchemaStrict.Span);
            json.Raw("}"u8);
            return;
        }

        json.Raw(request.OutputFormat == OutputFormat.JsonObject ? "\"format\":{\"type\":\"json_object\"}"u8 : "\"format\":{\"type\":\"text\"}"u8);
    }
}
