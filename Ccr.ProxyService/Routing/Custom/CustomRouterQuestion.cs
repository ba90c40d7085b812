using System.Buffers;
using System.Text.Json;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Custom;

/// <summary>Writes what a custom router is shown of a request, as one line of JSON.</summary>
internal static class CustomRouterQuestion
{
    // Credentials are no matter of routing.
    private static readonly HashSet<string> HiddenHeaders = new(StringComparer.OrdinalIgnoreCase) { "authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie", "proxy-authorization" };

    /// <summary>The first line: the script and the configuration.</summary>
    public static byte[] Hello(CustomRouterConfig config)
    {
        var output = new ArrayBufferWriter<byte>(config.ConfigJson.Length + 256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("file", config.Path);
            json.WritePropertyName("config");
            json.WriteRawValue(config.ConfigJson, skipInputValidation: true);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A request, under a number that its answer bears.</summary>
    public static byte[] Of(long id, RouteContext context, CustomRouterConfig config, long tokens)
    {
        var call = context.Call;
        var request = call.Http.Request;
        var isShown = call.Body.Length <= config.MaxBodyBytes;
        var output = new ArrayBufferWriter<byte>((isShown ? call.Body.Length : 0) + 2048);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteStartObject("req");
            json.WriteString("method", request.Method);
            json.WriteString("url", $"{request.Path}{request.QueryString}");
            json.WriteNumber("tokenCount", tokens);
            json.WriteString("sessionId", context.Session);
            json.WriteStartObject("headers");
            foreach (var (name, value) in request.Headers)
            {
                if (!HiddenHeaders.Contains(name))
                {
                    json.WriteString(name.ToLowerInvariant(), value.ToString());
                }
            }

            json.WriteEndObject();
            if (isShown)
            {
                json.WritePropertyName("body");
                json.WriteRawValue(OnOneLine(call.Body.Span), skipInputValidation: true);
            }
            else
            {
                json.WriteBoolean("bodyOmitted", true);
                json.WriteStartObject("body");
                json.WriteString("model", call.RequestedModel);
                json.WriteBoolean("stream", call.Stream);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Line breaks of a valid document stand between its tokens only, where a blank says the same.</summary>
    private static byte[] OnOneLine(ReadOnlySpan<byte> body)
    {
        var line = body.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }
}
