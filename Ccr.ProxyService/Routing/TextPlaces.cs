using System.Text.Json;

namespace Ccr.ProxyService.Routing;

/// <summary>
/// Finds the texts of the system and the user in a request of any dialect. What tools returned is neither: a file that holds a tag, read by an agent, must not
/// route its session. Off the usual path: called only where the bytes that are looked for occur at all.
/// </summary>
internal static class TextPlaces
{
    /// <summary>The texts in the order of the body.</summary>
    public static List<TextPlace> Of(ReadOnlySpan<byte> body)
    {
        var places = new List<TextPlace>();
        var users = 0;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSystem = reader.ValueTextEquals("system"u8) || reader.ValueTextEquals("instructions"u8)
                || reader.ValueTextEquals("systemInstruction"u8) || reader.ValueTextEquals("system_instruction"u8);
            var isConversation = reader.ValueTextEquals("messages"u8) || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("contents"u8);
            reader.Read();
            if (isSystem)
            {
                Texts(ref reader, places, -1);
            }
            else if (isConversation && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Message(ref reader, places, ref users);
                }
            }
            else if (isConversation)
            {
                Message(ref reader, places, ref users);
            }
            else
            {
                reader.Skip();
            }
        }

        return places;
    }

    private static void Message(ref Utf8JsonReader reader, List<TextPlace> places, ref int users)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            Add(ref reader, places, users++);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var first = places.Count;
        bool isUser = false, isSystem = false, hasRole = false, isGemini = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRole = reader.ValueTextEquals("role"u8);
            var isParts = reader.ValueTextEquals("parts"u8);
            var isContent = isParts || reader.ValueTextEquals("content"u8);
            reader.Read();
            if (isRole && reader.TokenType == JsonTokenType.String)
            {
                hasRole = true;
                isUser = reader.ValueTextEquals("user"u8);
                isSystem = reader.ValueTextEquals("system"u8) || reader.ValueTextEquals("developer"u8);
            }

            isGemini |= isParts;
            if (isContent)
            {
                Texts(ref reader, places, users);
            }
            else
            {
                reader.Skip();
            }
        }

        isUser |= isGemini && !hasRole;
        if (!isUser && !isSystem)
        {
            places.RemoveRange(first, places.Count - first);
        }
        else if (isSystem)
        {
            for (var i = first; i < places.Count; i++)
            {
                places[i] = places[i] with { UserMessage = -1 };
            }
        }
        else
        {
            users++;
        }
    }

    /// <summary>A text, a list of blocks, or an object with parts. Of blocks only their own "text" counts, not what is nested deeper.</summary>
    private static void Texts(ref Utf8JsonReader reader, List<TextPlace> places, int user)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            Add(ref reader, places, user);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Texts(ref reader, places, user);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                var isParts = reader.ValueTextEquals("parts"u8);
                reader.Read();
                if (isParts)
                {
                    Texts(ref reader, places, user);
                }
                else if (isText && reader.TokenType == JsonTokenType.String)
                {
                    Add(ref reader, places, user);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private static void Add(ref Utf8JsonReader reader, List<TextPlace> places, int user) =>
        places.Add(new((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, user));
}
