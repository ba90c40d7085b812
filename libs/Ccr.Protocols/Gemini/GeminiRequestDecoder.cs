using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// Reads a generateContent request into the canonical form. The model and whether to stream stand in the address, not in the body. Every name is taken
/// in camel case and in snake case. Fields that are not known are kept under their path, such as <c>generationConfig.responseModalities</c>.
/// </summary>
public static class GeminiRequestDecoder
{
    /// <summary>Decodes a whole body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON, or a known field has the wrong type; names the field.</exception>
    public static CanonicalRequest Decode(ReadOnlyMemory<byte> body, string model, bool stream)
    {
        PeekScan.ExpectUtf8(body.Span);
        var request = new CanonicalRequest { Dialect = Dialect.Gemini, Model = EscapedText.From(model), Stream = stream };
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = 512 });
        try
        {
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.StartObject, "", "The body must be a JSON object.");
            var tools = new GeminiToolReader(body, request);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadField(ref reader, body, request, tools);
            }
        }
        catch (JsonException e)
        {
            throw PeekScan.NoJson(e, body.Length);
        }
        catch (InvalidOperationException)
        {
            throw PeekScan.NoText();
        }

        return request;
    }

    /// <summary>The string under the reader after its name; default for anything else.</summary>
    internal static EscapedText ReadText(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.Text(body);
        }

        reader.Skip();
        return default;
    }

    /// <summary>Fails with the field's name unless the condition holds.</summary>
    internal static void Expect(bool condition, FieldPath path, string message)
    {
        if (!condition)
        {
            throw path.Fault("", message);
        }
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request, GeminiToolReader tools)
    {
        if (reader.Is("contents"u8))
        {
            reader.Read();
            new GeminiContentReader(body, request).ReadContents(ref reader);
        }
        else if (reader.Is("systemInstruction"u8))
        {
            reader.Read();
            new GeminiContentReader(body, request).ReadSystem(ref reader);
        }
        else if (reader.Is("tools"u8))
        {
            reader.Read();
            tools.ReadTools(ref reader);
        }
        else if (reader.Is("toolConfig"u8))
        {
            reader.Read();
            tools.ReadConfig(ref reader);
        }
        else if (reader.Is("generationConfig"u8))
        {
            reader.Read();
            GeminiConfigReader.Read(ref reader, body, request);
        }
        else
        {
            var name = reader.GetString()!;
            reader.Read();
            var value = reader.Raw(body);

            // Clients of the SDK's REST form repeat the model in the body.
            if (name != "model")
            {
                request.Extensions.Add(new(name, value));
            }
        }
    }
}
