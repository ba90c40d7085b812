using System.Text.Json;

namespace Ccr.Simulator.Dialects;

/// <summary>OpenAI's errors: one form for Chat and Responses.</summary>
internal static class OpenAiErrors
{
    /// <summary>The code that goes with the error's status, unless it has one of its own.</summary>
    public static string Code(ErrorReply error) => error.Code ?? error.Status switch
    {
        401 => "invalid_api_key",
        404 => "model_not_found",
        429 => "rate_limit_exceeded",
        < 500 => "invalid_value",
        _ => "server_error",
    };

    /// <summary>The body of an error.</summary>
    public static void Write(Utf8JsonWriter json, ErrorReply error)
    {
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Status switch { 429 => "requests", < 500 => "invalid_request_error", _ => "server_error" });
        json.WriteNull("param");
        json.WriteString("code", Code(error));
        json.WriteEndObject();
    }
}
