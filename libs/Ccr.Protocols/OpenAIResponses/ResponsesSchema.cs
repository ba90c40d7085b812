using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Schemas of arguments as OpenAI takes them: an object at the root, with properties (P62). Whatever fits stays as it was, byte for byte.</summary>
internal static class ResponsesSchema
{
    /// <summary>Writes a schema of arguments.</summary>
    public static void Write(RawJsonWriter json, RawJson schema)
    {
        if (schema.IsNullOrAbsent || schema.Span[0] != '{')
        {
            json.Raw("{\"type\":\"object\",\"properties\":{}}"u8);
            return;
        }

        try
        {
            WriteObject(json, schema);
        }
        catch (InvalidOperationException)
        {
            // Words with half of a surrogate pair: nothing that a schema could say with them.
            json.Raw("{\"type\":\"object\",\"properties\":{}}"u8);
        }
    }

    private static void WriteObject(RawJsonWriter json, RawJson schema)
    {
        bool isObject = false, hasProperties = false;
        var reader = JsonSlices.Reader(schema.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                isObject = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("object"u8);
            }
            else
            {
                hasProperties |= reader.ValueTextEquals("properties"u8);
                reader.Read();
            }

            reader.Skip();
        }

        if (isObject && hasProperties)
        {
            json.Raw(schema.Span);
            return;
        }

        json.Raw(hasProperties ? "{\"type\":\"object\""u8 : "{\"type\":\"object\",\"properties\":{}"u8);
        CopyWithoutType(json, schema);
        json.Raw("}"u8);
    }

    private static void CopyWithoutType(RawJsonWriter json, RawJson schema)
    {
        var reader = JsonSlices.Reader(schema.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var start = (int)reader.TokenStartIndex;
            reader.Read();
            reader.Skip();
            if (!isType)
            {
                json.Raw(","u8);
                json.Raw(schema.Span[start..(int)reader.BytesConsumed]);
            }
        }
    }
}
