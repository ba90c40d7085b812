using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>Blocks that the stream and the whole message write alike.</summary>
internal static class AnthropicBlocks
{
    /// <summary>A citation of a web page.</summary>
    public static void WriteCitation(RawJsonWriter json, in Citation citation)
    {
        json.Raw("{\"type\":\"web_search_result_location\",\"url\":"u8);
        json.Escaped(citation.Url);
        json.Raw(",\"title\":"u8);
        json.Escaped(citation.Title);
        json.Raw(",\"encrypted_index\":\"\",\"cited_text\":"u8);
        json.Escaped(citation.CitedText);
        json.Raw("}"u8);
    }

    /// <summary>The call of a web search that the provider ran.</summary>
    public static void WriteSearchCall(RawJsonWriter json, in ServerToolUse use, int index)
    {
        json.Raw("{\"type\":\"server_tool_use\",\"id\":\""u8);
        WriteId(json, use, index);
        json.Raw("\",\"name\":\"web_search\",\"input\":{\"query\":"u8);
        json.Escaped(use.EscapedQuery);
        json.Raw("}}"u8);
    }

    /// <summary>What it found.</summary>
    public static void WriteSearchResult(RawJsonWriter json, in ServerToolUse use, int callIndex)
    {
        json.Raw("{\"type\":\"web_search_tool_result\",\"tool_use_id\":\""u8);
        WriteId(json, use, callIndex);
        json.Raw("\",\"content\":["u8);
        var sources = new SourceReader(use.SourcesJson);
        for (var i = 0; sources.Next(); i++)
        {
            json.Raw(i > 0 ? ",{\"type\":\"web_search_result\",\"url\":"u8 : "{\"type\":\"web_search_result\",\"url\":"u8);
            json.Escaped(sources.Url);
            json.Raw(",\"title\":"u8);
            json.Escaped(sources.Title);
            json.Raw(",\"encrypted_content\":\"\",\"page_age\":null}"u8);
        }

        json.Raw("]}"u8);
    }

    // Anthropic's clients know the calls of servers by this prefix and never answer them.
    private static void WriteId(RawJsonWriter json, in ServerToolUse use, int index)
    {
        json.Raw("srvtoolu_"u8);
        if (use.Id.IsEmpty)
        {
            json.Number(index);
            return;
        }

        Span<byte> id = stackalloc byte[ToolIds.MaxLength];
        json.Raw(id[..ToolIds.Portable(use.Id, id)]);
    }
}
