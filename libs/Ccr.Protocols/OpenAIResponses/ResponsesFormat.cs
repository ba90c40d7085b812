using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

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
            if (request.Dialect == Dialect.OpenAIResponses)
            {
                json.Raw(request.OutputSchema.Span);
            }
            else
            {
                SchemaCleaner.WriteForOutput(json, request.OutputSchema, SchemaTarget.OpenAI);
            }

            json.Raw(",\"strict\":"u8);
            json.Raw(IsStrict(request) ? "true"u8 : "false"u8);
            json.Raw("}"u8);
            return;
        }

        json.Raw(request.OutputFormat == OutputFormat.JsonObject ? "\"format\":{\"type\":\"json_object\"}"u8 : "\"format\":{\"type\":\"text\"}"u8);
    }

    // In its own dialect the client answers for its schema; one of another dialect that does not fit would be refused.
    private static bool IsStrict(CanonicalRequest request) =>
        request.OutputSchemaStrict.Span.SequenceEqual("true"u8) && (request.Dialect == Dialect.OpenAIResponses || SchemaCleaner.QualifiesForStrict(request.OutputSchema));
}
