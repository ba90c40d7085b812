using System.Text.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Reasoning items that could not be put together again from their words and their opaque part, and so must be kept as they came (P114).</summary>
internal static class ResponsesOriginal
{
    // A signature travels in every later request of the conversation.
    private const int Longest = 64 * 1024;

    /// <summary>Whether an item has several parts, or content beside its summary, and is not too long to be kept.</summary>
    public static bool IsNeeded(ReadOnlySpan<byte> item, ReadOnlySpan<byte> summary, ReadOnlySpan<byte> content) =>
        item.Length <= Longest && (Count(summary) > 1 || Count(content) > 0);

    private static int Count(ReadOnlySpan<byte> list)
    {
        if (list.IsEmpty || list[0] != '[')
        {
            return 0;
        }

        var count = 0;
        var reader = new Utf8JsonReader(list);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            reader.Skip();
        }

        return count;
    }
}
