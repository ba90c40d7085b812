using System.Buffers;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>What an answer's groundingMetadata say: what was searched and what was found. The newest that says anything counts.</summary>
internal sealed class GeminiGrounding
{
    private readonly ArrayBufferWriter<byte> _sources = new(16);
    private readonly List<byte[]> _queries = [];
    private readonly List<(byte[] Url, byte[] Title)> _found = [];

    /// <summary>How many searches there were.</summary>
    public int Searches => _queries.Count;

    /// <summary>Reads groundingMetadata.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("webSearchQueries"u8))
            {
                reader.Read();
                _queries.Clear();
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    while (reader.Read() && reader.TokenType == JsonTokenType.String)
                    {
                        _queries.Add(reader.ValueSpan.ToArray());
                    }
                }

                continue;
            }

            var isChunks = reader.Is("groundingChunks"u8);
            reader.Read();
            if (isChunks && reader.TokenType == JsonTokenType.StartArray)
            {
                _found.Clear();
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadChunk(ref reader);
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Hands on the sources as citations of the open text.</summary>
    public void Cite(IMessageSink sink)
    {
        foreach (var (url, title) in _found)
        {
            sink.Citation(new() { Url = url, Title = title });
        }
    }

    /// <summary>Hands on the searches; the last of them with all that was found, since Gemini does not say which found what.</summary>
    public void Report(IMessageSink sink)
    {
        if (_found.Count > 0)
        {
            var json = new RawJsonWriter(_sources);
            foreach (var (url, title) in _found)
            {
                json.Raw(_sources.WrittenCount == 0 ? "[{\"url\":"u8 : ",{\"url\":"u8);
                json.Escaped(url);
                json.Raw(",\"title\":"u8);
                json.Escaped(title);
                json.Raw("}"u8);
            }

            json.Raw("]"u8);
        }

        for (var i = 0; i < _queries.Count; i++)
        {
            sink.ServerTool(new() { Kind = ServerToolKind.WebSearch, EscapedQuery = _queries[i], SourcesJson = i == _queries.Count - 1 ? _sources.WrittenSpan : default });
        }

        if (_queries.Count == 0 && _found.Count > 0)
        {
            sink.ServerTool(new() { Kind = ServerToolKind.WebSearch, SourcesJson = _sources.WrittenSpan });
        }
    }

    private void ReadChunk(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWeb = reader.Is("web"u8);
            reader.Read();
            if (!isWeb || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            byte[] url = [], title = [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isUrl = reader.Is("uri"u8);
                var isTitle = reader.Is("title"u8);
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    url = isUrl ? reader.ValueSpan.ToArray() : url;
                    title = isTitle ? reader.ValueSpan.ToArray() : title;
                }

                reader.Skip();
            }

            if (url.Length > 0)
            {
                _found.Add((url, title));
            }
        }
    }
}
