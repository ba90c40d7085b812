using System.Buffers;
using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>Reads the parts of an answer's content and hands them to the assembler in order.</summary>
internal static class GeminiPartReader
{
    /// <summary>Reads a content object; true when it held any part.</summary>
    public static bool ReadContent(ref Utf8JsonReader reader, GeminiMessageAssembler message)
    {
        var any = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = reader.Is("parts"u8);
            reader.Read();
            if (isParts && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    any = true;
                    ReadPart(ref reader, message);
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return any;
    }

    private static void ReadPart(ref Utf8JsonReader reader, GeminiMessageAssembler message)
    {
        ReadOnlySpan<byte> text = default, signature = default;
        Utf8JsonReader value = default;
        var kind = Kind.Text;
        var isThought = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("text"u8))
            {
                reader.Read();
                text = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.Is("thought"u8))
            {
                // Only this makes it a thought: a signature stands on plain text too.
                reader.Read();
                isThought = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.Is("thoughtSignature"u8))
            {
                reader.Read();
                signature = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else
            {
                var found = reader.Is("functionCall"u8) ? Kind.Call
                    : reader.Is("executableCode"u8) ? Kind.Code
                    : reader.Is("codeExecutionResult"u8) ? Kind.CodeResult
                    : Kind.Text;
                reader.Read();
                if (found != Kind.Text && reader.TokenType == JsonTokenType.StartObject)
                {
                    kind = found;
                    value = reader;
                }

                reader.Skip();
            }
        }

        switch (kind)
        {
            case Kind.Call:
                ReadCall(ref value, message, signature);
                break;
            case Kind.Code:
                ReadFence(ref value, message, "code"u8, "language"u8);
                break;
            case Kind.CodeResult:
                ReadFence(ref value, message, "output"u8, default);
                break;
            case Kind.Text when isThought:
                message.Thought(text, signature);
                break;
            default:
                message.Text(text, signature);
                break;
        }
    }

    private static void ReadCall(ref Utf8JsonReader reader, GeminiMessageAssembler message, ReadOnlySpan<byte> signature)
    {
        ReadOnlySpan<byte> id = default, name = default;
        Utf8JsonReader arguments = default, pieces = default;
        bool hasArguments = false, hasPieces = false, goesOn = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("id"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.Is("name"u8))
            {
                reader.Read();
                name = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.Is("args"u8))
            {
                reader.Read();
                arguments = reader;
                hasArguments = reader.TokenType is not JsonTokenType.Null;
                reader.Skip();
            }
            else if (reader.Is("partialArgs"u8))
            {
                reader.Read();
                pieces = reader;
                hasPieces = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
            }
            else if (reader.Is("willContinue"u8))
            {
                reader.Read();
                goesOn = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (name.IsEmpty && !message.HasOpenCall)
        {
            message.NamelessCall();
            return;
        }

        if (!name.IsEmpty)
        {
            message.BeginCall(id, name, signature);
        }

        if (hasPieces)
        {
            while (pieces.Read() && pieces.TokenType == JsonTokenType.StartObject)
            {
                ReadPiece(ref pieces, message.Arguments);
            }
        }

        if (hasArguments)
        {
            message.WholeArguments(RawValue(ref arguments));
        }

        if (!goesOn)
        {
            message.EndCall();
        }
    }

    private static byte[] RawValue(ref Utf8JsonReader reader)
    {
        // Calls are few and their arguments small beside what they cost: one copy.
        using var document = JsonDocument.ParseValue(ref reader);
        var buffer = new ArrayBufferWriter<byte>(256);
        new RawJsonWriter(buffer).EscapeInto(System.Text.Encoding.UTF8.GetBytes(document.RootElement.GetRawText()));
        return buffer.WrittenSpan.ToArray();
    }

    private static void ReadPiece(ref Utf8JsonReader reader, PartialArguments arguments)
    {
        var path = "";
        string? text = null, json = null;
        var goesOn = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("jsonPath"u8))
            {
                reader.Read();
                path = reader.TokenType == JsonTokenType.String ? EscapedText.Unescape(reader.ValueSpan) : "";
                reader.Skip();
            }
            else if (reader.Is("stringValue"u8))
            {
                reader.Read();
                text = reader.TokenType == JsonTokenType.String ? EscapedText.Unescape(reader.ValueSpan) : null;
                reader.Skip();
            }
            else if (reader.Is("willContinue"u8))
            {
                reader.Read();
                goesOn = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else
            {
                var isNull = reader.Is("nullValue"u8);
                var isValue = isNull || reader.Is("numberValue"u8) || reader.Is("boolValue"u8);
                reader.Read();
                if (isValue && reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null or JsonTokenType.String)
                {
                    json = isNull ? "null" : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
                }

                reader.Skip();
            }
        }

        if (text is not null)
        {
            arguments.AddText(path, text, goesOn);
        }
        else if (json is not null)
        {
            arguments.AddValue(path, json);
        }
    }

    private static void ReadFence(ref Utf8JsonReader reader, GeminiMessageAssembler message, ReadOnlySpan<byte> bodyName, ReadOnlySpan<byte> languageName)
    {
        ReadOnlySpan<byte> body = default, language = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBody = reader.Is(bodyName);
            var isLanguage = !languageName.IsEmpty && reader.Is(languageName);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                if (isBody)
                {
                    body = reader.ValueSpan;
                }
                else if (isLanguage)
                {
                    language = reader.ValueSpan;
                }
            }

            reader.Skip();
        }

        if (body.IsEmpty)
        {
            return;
        }

        message.Text("\\n```"u8, default);
        message.Text(language.SequenceEqual("PYTHON"u8) ? "python"u8 : default, default);
        message.Text("\\n"u8, default);
        message.Text(body, default);
        message.Text(body.EndsWith("\\n"u8) ? "```\\n"u8 : "\\n```\\n"u8, default);
    }

    private enum Kind
    {
        Text,
        Call,
        Code,
        CodeResult,
    }
}
