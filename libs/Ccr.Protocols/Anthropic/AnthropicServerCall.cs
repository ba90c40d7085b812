using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>A call that Anthropic's servers run themselves, kept from its beginning until its result comes.</summary>
internal sealed class AnthropicServerCall(ReadOnlySpan<byte> id, ReadOnlySpan<byte> name)
{
    private readonly ArrayBufferWriter<byte> _input = new(128);
    private readonly ArrayBufferWriter<byte> _sources = new(256);
    private readonly byte[] _id = id.ToArray();
    private readonly ServerToolKind _kind = KindOf(name);

    /// <summary>The provider's id.</summary>
    public ReadOnlySpan<byte> Id => _id;

    /// <summary>Keeps a piece of the arguments, escaped as the content of a string.</summary>
    public void Keep(ReadOnlySpan<byte> escaped) => _input.Write(escaped);

    /// <summary>Keeps the arguments that came whole, unless pieces came already.</summary>
    public void KeepWhole(ReadOnlySpan<byte> inputJson)
    {
        if (_input.WrittenCount == 0 && inputJson.Length > 2)
        {
            new RawJsonWriter(_input).EscapeInto(inputJson);
        }
    }

    /// <summary>Reads what was found: the results that have an address. The reader stands on the content of the result block.</summary>
    public void ReadSources(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return;
        }

        var json = new RawJsonWriter(_sources);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadOnlySpan<byte> url = default, title = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isUrl = reader.ValueTextEquals("url"u8);
                var isTitle = reader.ValueTextEquals("title"u8);
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    url = isUrl ? reader.ValueSpan : url;
                    title = isTitle ? reader.ValueSpan : title;
                }

                reader.Skip();
            }

            if (!url.IsEmpty)
            {
                json.Raw(_sources.WrittenCount == 0 ? "[{\"url\":"u8 : ",{\"url\":"u8);
                json.Escaped(url);
                json.Raw(",\"title\":"u8);
                json.Escaped(title);
                json.Raw("}"u8);
            }
        }

        json.Raw(_sources.WrittenCount == 0 ? "[]"u8 : "]"u8);
    }

    /// <summary>Hands the call on.</summary>
    public void Send(IMessageSink sink)
    {
        var input = Encoding.UTF8.GetBytes(EscapedText.Unescape(_input.WrittenSpan));
        sink.ServerTool(new() { Kind = _kind, Id = _id, EscapedQuery = Query(input), SourcesJson = _sources.WrittenSpan });
    }

    private static ServerToolKind KindOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("web_search"u8) ? ServerToolKind.WebSearch
        : name.SequenceEqual("web_fetch"u8) ? ServerToolKind.WebFetch
        : name.EndsWith("code_execution"u8) ? ServerToolKind.CodeExecution
        : ServerToolKind.Other;

    /// <summary>What was searched, fetched or run: the argument that says so, whatever the tool calls it.</summary>
    private static ReadOnlySpan<byte> Query(ReadOnlySpan<byte> input)
    {
        try
        {
            var reader = new Utf8JsonReader(input);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isQuery = reader.ValueTextEquals("query"u8) || reader.ValueTextEquals("url"u8) || reader.ValueTextEquals("code"u8) || reader.ValueTextEquals("command"u8);
                reader.Read();
                if (isQuery && reader.TokenType == JsonTokenType.String)
                {
                    return reader.ValueSpan;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Cut arguments: what was wanted is not known.
        }

        return default;
    }
}
