using System.Text.Json;

namespace Ccr.Protocols.Canonical;

/// <summary>Reads the {"url","title"} objects of <see cref="ServerToolUse.SourcesJson"/> one after the other.</summary>
internal ref struct SourceReader
{
    private Utf8JsonReader _reader;
    private readonly bool _usable;

    /// <summary>Begins before the first source.</summary>
    public SourceReader(ReadOnlySpan<byte> json)
    {
        _reader = new(json);
        _usable = !json.IsEmpty && _reader.Read() && _reader.TokenType == JsonTokenType.StartArray;
    }

    /// <summary>The address, escaped.</summary>
    public ReadOnlySpan<byte> Url { get; private set; }

    /// <summary>The title, escaped; may be empty.</summary>
    public ReadOnlySpan<byte> Title { get; private set; }

    /// <summary>Goes to the next source; false when there is none.</summary>
    public bool Next()
    {
        Url = Title = default;
        if (!_usable || !_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUrl = _reader.ValueTextEquals("url"u8);
            var isTitle = _reader.ValueTextEquals("title"u8);
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.String)
            {
                if (isUrl)
                {
                    Url = _reader.ValueSpan;
                }
                else if (isTitle)
                {
                    Title = _reader.ValueSpan;
                }
            }

            _reader.Skip();
        }

        return true;
    }
}
