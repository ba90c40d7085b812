using System.IO.Hashing;
using System.Text.Json;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>
/// What a body says of its session, found in one pass without building anything: names of the session, and digests of the prefix that all requests of one conversation share (instructions,
/// tools, and the messages up to the first of the user). What changes from request to request though the prompt is the same is left out: cache marks, signatures, ids, Claude Code's billing
/// line, and whether a text stands alone or in a block.
/// </summary>
internal ref struct PrefixScan
{
    // One at a time per thread: a scan does not wait for anything.
    [ThreadStatic]
    private static XxHash128? _hash;

    /// <summary>metadata.user_id, still escaped; empty when there is none.</summary>
    public ReadOnlySpan<byte> UserId;

    /// <summary>prompt_cache_key, or the id of a Responses conversation; still escaped; empty when there is none.</summary>
    public ReadOnlySpan<byte> SessionName;

    /// <summary>The end user (user), still escaped; empty when there is none.</summary>
    public ReadOnlySpan<byte> User;

    /// <summary>Digest of the instructions beside the messages.</summary>
    public UInt128 Instructions;

    /// <summary>Digest of the tools.</summary>
    public UInt128 Tools;

    /// <summary>Digest of the messages up to the user's first.</summary>
    public UInt128 Opening;

    /// <summary>Whether there is a message of the user. Without one nothing tells conversations apart.</summary>
    public bool HasOpening;

    /// <summary>Reads a body that is known to be a JSON object.</summary>
    public static PrefixScan Read(ReadOnlySpan<byte> body)
    {
        var scan = default(PrefixScan);
        try
        {
            var reader = new Utf8JsonReader(body);
            scan.Read(ref reader);
            return scan;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Such a body is refused elsewhere; it has no session.
            return default;
        }
    }

    private void Read(scoped ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("messages"u8) || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("contents"u8))
            {
                reader.Read();
                ReadMessages(ref reader);
            }
            else if (reader.ValueTextEquals("system"u8) || reader.ValueTextEquals("instructions"u8) || reader.ValueTextEquals("systemInstruction"u8) || reader.ValueTextEquals("system_instruction"u8))
            {
                reader.Read();
                Instructions = Digest(ref reader, out _);
            }
            else if (reader.ValueTextEquals("tools"u8))
            {
                reader.Read();
                Tools = Digest(ref reader, out _);
            }
            else if (reader.ValueTextEquals("prompt_cache_key"u8))
            {
                reader.Read();
                SessionName = TextOr(ref reader, SessionName);
            }
            else if (reader.ValueTextEquals("user"u8))
            {
                reader.Read();
                User = TextOr(ref reader, default);
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                UserId = Member(ref reader, "user_id"u8);
            }
            else if (reader.ValueTextEquals("conversation"u8))
            {
                reader.Read();
                var id = reader.TokenType == JsonTokenType.StartObject ? Member(ref reader, "id"u8) : TextOr(ref reader, default);
                SessionName = SessionName.IsEmpty ? id : SessionName;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ReadMessages(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            // A Responses request may have just a text.
            Opening = Digest(ref reader, out _);
            HasOpening = true;
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (HasOpening)
            {
                reader.Skip();
                continue;
            }

            // A rotation before each further message, so that their order counts.
            Opening = UInt128.RotateLeft(Opening, 1) ^ Digest(ref reader, out HasOpening);
        }
    }

    /// <summary>The digest of a value; <paramref name="isUser"/> tells whether it is a message of the user (in Gemini's protocol one without a role is).</summary>
    private static UInt128 Digest(ref Utf8JsonReader reader, out bool isUser)
    {
        var hash = _hash ??= new();
        hash.Reset();
        var isMessage = reader.TokenType == JsonTokenType.StartObject;
        var depth = reader.CurrentDepth;
        bool hasRole = false, hasParts = false;
        isUser = false;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when IsVolatile(ref reader):
                    reader.Read();
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName when isMessage && reader.CurrentDepth == depth + 1 && reader.ValueTextEquals("role"u8):
                    reader.Read();
                    hasRole = true;
                    isUser = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("user"u8);
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName when IsWrapping(ref reader):
                    hasParts |= isMessage && reader.CurrentDepth == depth + 1 && reader.ValueTextEquals("parts"u8);
                    break;
                case JsonTokenType.String when reader.ValueSpan.StartsWith("x-anthropic-billing-header:"u8):
                    break;
                case JsonTokenType.PropertyName or JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    hash.Append(reader.ValueSpan);
                    hash.Append("\0"u8);
                    break;
            }
        }
        while ((reader.CurrentDepth != depth || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) && reader.Read());

        isUser |= hasParts && !hasRole;
        return hash.GetCurrentHashAsUInt128();
    }

    private static bool IsVolatile(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("cache_control"u8) || reader.ValueTextEquals("signature"u8) || reader.ValueTextEquals("thoughtSignature"u8)
        || reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("status"u8) || reader.ValueTextEquals("type"u8);

    /// <summary>Members that only wrap a text: the same prompt has them in one request and not in the next.</summary>
    private static bool IsWrapping(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("parts"u8);

    private static ReadOnlySpan<byte> TextOr(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> other)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0)
        {
            return reader.ValueSpan;
        }

        reader.Skip();
        return other;
    }

    private static ReadOnlySpan<byte> Member(scoped ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> found = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return found;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
            {
                found = TextOr(ref reader, found);
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }
}
