using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// Reads contents and systemInstruction. Gemini's calls need no ids, so a call without one gets an id made of its place, and a response without one answers
/// the first open call of its name: the same bytes give the same ids on every turn.
/// </summary>
internal sealed class GeminiContentReader(ReadOnlyMemory<byte> body, CanonicalRequest request)
{
    private readonly List<(EscapedText Id, EscapedText Name)> _openCalls = [];
    private int _orphans;

    /// <summary>Reads the instructions: a content, its parts, or plain text.</summary>
    public void ReadSystem(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.String:
                request.System.Add(new TextBlock(reader.Text(body)));
                break;
            case JsonTokenType.StartArray:
                ReadParts(ref reader, request.System, "systemInstruction", false);
                break;
            case JsonTokenType.StartObject:
                _ = ReadContent(ref reader, request.System, "systemInstruction");
                break;
            default:
                throw new FieldPath("systemInstruction").Fault("", "must be a content with parts.");
        }
    }

    /// <summary>Reads the conversation.</summary>
    public void ReadContents(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return;
            case JsonTokenType.String:
                request.Messages.Add(new(MessageRole.User, [new TextBlock(reader.Text(body))], 0));
                return;
            case JsonTokenType.StartObject:
                ReadTurn(ref reader);
                return;
        }

        GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartArray, "contents", "must be an array.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartObject, new FieldPath("contents[{0}]", request.Messages.Count), "must be an object.");
            ReadTurn(ref reader);
        }
    }

    private void ReadTurn(ref Utf8JsonReader reader)
    {
        var index = request.Messages.Count;
        var content = new List<ContentBlock>();
        var role = ReadContent(ref reader, content, new FieldPath("contents[{0}]", index));
        request.Messages.Add(new(role, content, index));
    }

    private MessageRole ReadContent(ref Utf8JsonReader reader, List<ContentBlock> content, FieldPath place)
    {
        // The role may come after the parts, and tells how they are meant.
        var role = PeekRole(reader, place);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = reader.Is("parts"u8);
            reader.Read();
            if (isParts && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                ReadParts(ref reader, content, place, role == MessageRole.Assistant);
            }
            else
            {
                GeminiRequestDecoder.Expect(!isParts || reader.TokenType == JsonTokenType.Null, place, "has parts that are no array.");
                reader.Skip();
            }
        }

        return role;
    }

    private static MessageRole PeekRole(Utf8JsonReader reader, FieldPath place)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRole = reader.Is("role"u8);
            reader.Read();
            if (isRole && reader.TokenType == JsonTokenType.String)
            {
                return reader.ValueTextEquals("model"u8) ? MessageRole.Assistant
                    : reader.ValueTextEquals("user"u8) || reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("tool"u8) || reader.ValueTextEquals(""u8) ? MessageRole.User
                    : reader.ValueTextEquals("system"u8) ? MessageRole.System
                    : throw place.Fault(".role", "must be 'user' or 'model'.");
            }

            reader.Skip();
        }

        return MessageRole.User;
    }

    private void ReadParts(ref Utf8JsonReader reader, List<ContentBlock> content, FieldPath place, bool isModel)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadPart(ref reader, content, place, 0);
            return;
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                content.Add(new TextBlock(reader.Text(body)));
                continue;
            }

            GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartObject, place, "has a part that is no object.");
            ReadPart(ref reader, content, place, i);
        }
    }

    private void ReadPart(ref Utf8JsonReader reader, List<ContentBlock> content, FieldPath place, int index)
    {
        var start = (int)reader.TokenStartIndex;
        EscapedText text = default, kind = default, signature = default;
        Utf8JsonReader value = default;
        bool hasText = false, isThought = false, isCall = false, isResponse = false, isMedia = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("text"u8))
            {
                text = GeminiRequestDecoder.ReadText(ref reader, body);
                hasText = true;
            }
            else if (reader.Is("thought"u8))
            {
                reader.Read();
                isThought = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.Is("thoughtSignature"u8))
            {
                signature = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("videoMetadata"u8) || reader.Is("mediaResolution"u8) || reader.Is("partMetadata"u8))
            {
                reader.Read();
                reader.Skip();
            }
            else
            {
                var call = reader.Is("functionCall"u8);
                var response = reader.Is("functionResponse"u8);
                var media = reader.Is("inlineData"u8) || reader.Is("fileData"u8);
                var name = new EscapedText(body.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    value = reader;
                    (kind, isCall, isResponse, isMedia) = (name, call, response, media);
                }

                reader.Skip();
            }
        }

        var raw = new RawJson(body[start..(int)reader.BytesConsumed]);
        if (isCall)
        {
            AddSignature(content, signature, belongsToNext: true);
            content.Add(ReadCall(ref value, place, index));
        }
        else if (isResponse)
        {
            content.Add(ReadResponse(ref value, place));
        }
        else if (isMedia && ReadMedia(ref value) is { } block)
        {
            content.Add(block);
        }
        else if (!kind.IsEmpty)
        {
            content.Add(new OpaqueBlock(kind, raw, Dialect.Gemini));
        }
        else if (isThought)
        {
            AddThought(content, text, signature);
        }
        else if (hasText || !signature.IsEmpty)
        {
            if (!text.IsEmpty || signature.IsEmpty)
            {
                content.Add(new TextBlock(text));
            }

            AddSignature(content, signature, belongsToNext: false);
        }
    }

    private static void AddSignature(List<ContentBlock> content, EscapedText signature, bool belongsToNext)
    {
        var canonical = GeminiSignatures.FromClient(signature.Span, belongsToNext, out _);
        if (!canonical.IsEmpty)
        {
            content.Add(new RedactedThinkingBlock(canonical));
        }
    }

    /// <summary>Thoughts come in pieces, of which the last has the signature of them all.</summary>
    private static void AddThought(List<ContentBlock> content, EscapedText text, EscapedText signature)
    {
        var canonical = GeminiSignatures.FromClient(signature.Span, belongsToNext: false, out var isRedacted);
        if (content.Count > 0 && content[^1] is ThinkingBlock { Signature.IsEmpty: true } before && !isRedacted)
        {
            content[^1] = new ThinkingBlock(text.IsEmpty ? before.Text : new((byte[])[.. before.Text.Span, .. text.Span]), canonical);
        }
        else if (text.IsEmpty && !canonical.IsEmpty && (isRedacted || ReasoningEnvelope.IsEnvelope(canonical.Span)))
        {
            content.Add(new RedactedThinkingBlock(canonical));
        }
        else if (!text.IsEmpty || !canonical.IsEmpty)
        {
            content.Add(new ThinkingBlock(text, canonical));
        }
    }

    private ToolUseBlock ReadCall(ref Utf8JsonReader reader, FieldPath place, int index)
    {
        EscapedText id = default, name = default;
        RawJson arguments = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("id"u8))
            {
                id = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("name"u8))
            {
                name = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("args"u8))
            {
                reader.Read();
                arguments = reader.Raw(body);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        GeminiRequestDecoder.Expect(!name.IsEmpty, place, "has a functionCall without a name.");
        if (id.IsEmpty)
        {
            id = Mint($"{request.Messages.Count}.{index}.{name}");
        }

        _openCalls.Add((id, name));
        return new ToolUseBlock(id, name, arguments);
    }

    private ToolResultBlock ReadResponse(ref Utf8JsonReader reader, FieldPath place)
    {
        EscapedText id = default, name = default;
        RawJson response = default;
        var content = new List<ContentBlock>();
        var media = new List<ContentBlock>();
        var isError = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("id"u8))
            {
                id = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("name"u8))
            {
                name = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("response"u8))
            {
                reader.Read();
                var value = reader;
                response = reader.Raw(body);
                ReadResult(ref value, response, content, ref isError);
            }
            else if (reader.Is("parts"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    ReadParts(ref reader, media, place, false);
                }
                else
                {
                    reader.Skip();
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        content.AddRange(media);
        // Media and texts may be parts of a response; calls and other responses may not.
        content.RemoveAll(static block => block is ToolResultBlock or ToolUseBlock);
        return new ToolResultBlock(Answered(id, name), content, isError) { Response = response };
    }

    /// <summary>The call a response answers: by its id, else the first open one of its name, else the first open one.</summary>
    private EscapedText Answered(EscapedText id, EscapedText name)
    {
        var at = id.IsEmpty ? -1 : _openCalls.FindIndex(call => call.Id.Span.SequenceEqual(id.Span));
        if (at < 0 && !name.IsEmpty)
        {
            at = _openCalls.FindIndex(call => call.Name.Span.SequenceEqual(name.Span));
        }

        if (at < 0 && id.IsEmpty && name.IsEmpty && _openCalls.Count > 0)
        {
            at = 0;
        }

        if (at < 0)
        {
            return id.IsEmpty ? Mint($"orphan.{_orphans++}.{name}") : id;
        }

        var found = _openCalls[at].Id;
        _openCalls.RemoveAt(at);
        return found;
    }

    private void ReadResult(ref Utf8JsonReader reader, RawJson response, List<ContentBlock> content, ref bool isError)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            content.Add(new TextBlock(reader.Text(body)));
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            content.Add(new TextBlock(AsText(response)));
            return;
        }

        // One field of a known name is Google's convention; anything else is the result itself.
        var fields = 0;
        EscapedText only = default;
        bool isKnown = false, isFault = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            fields++;
            isFault = reader.Is("error"u8);
            isKnown = isFault || reader.Is("output"u8) || reader.Is("result"u8);
            reader.Read();
            only = reader.TokenType == JsonTokenType.String ? reader.Text(body) : AsText(reader.Raw(body));
            reader.Skip();
        }

        if (fields == 0)
        {
            return;
        }

        isError = fields == 1 && isFault;
        content.Add(new TextBlock(fields == 1 && isKnown ? only : AsText(response)));
    }

    private static EscapedText AsText(RawJson json)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Bytes.Length + 16);
        new RawJsonWriter(buffer).EscapeInto(json.Span);
        return new(buffer.WrittenMemory);
    }

    private ContentBlock? ReadMedia(ref Utf8JsonReader reader)
    {
        EscapedText type = default, data = default, url = default, title = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("mimeType"u8))
            {
                type = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("data"u8))
            {
                data = StandardBase64(GeminiRequestDecoder.ReadText(ref reader, body));
            }
            else if (reader.Is("fileUri"u8))
            {
                url = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("displayName"u8))
            {
                title = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (data.IsEmpty && url.IsEmpty)
        {
            return null;
        }

        if (type.Span.StartsWith("image/"u8))
        {
            return new ImageBlock(type, data, url);
        }

        if (type.Span.StartsWith("audio/"u8) || type.Span.StartsWith("video/"u8) || type.IsEmpty)
        {
            return new MediaBlock(type, data, url);
        }

        if (!data.IsEmpty && type.Span.SequenceEqual("text/plain"u8) && PlainText(data) is { } plain)
        {
            return new DocumentBlock(type, plain, default, title);
        }

        return new DocumentBlock(type, data, url, title);
    }

    /// <summary>Google's own clients write base64 in the alphabet for addresses, which nobody else takes.</summary>
    private static EscapedText StandardBase64(EscapedText data)
    {
        if (data.Span.IndexOfAny((byte)'-', (byte)'_') < 0)
        {
            return data;
        }

        var standard = new byte[(data.Span.Length + 3) / 4 * 4];
        standard.AsSpan().Fill((byte)'=');
        data.Span.CopyTo(standard);
        standard.AsSpan().Replace((byte)'-', (byte)'+');
        standard.AsSpan().Replace((byte)'_', (byte)'/');
        return new(standard);
    }

    /// <summary>Plain text travels as text in the canonical form, and as base64 in Gemini's.</summary>
    private static EscapedText? PlainText(EscapedText base64)
    {
        var bytes = new byte[base64.Span.Length];
        return Convert.TryFromBase64String(base64.ToString(), bytes, out var length) ? EscapedText.From(Encoding.UTF8.GetString(bytes, 0, length)) : null;
    }

    private static EscapedText Mint(string seed) =>
        new(Encoding.ASCII.GetBytes(string.Concat("call_", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 12)))));
}
