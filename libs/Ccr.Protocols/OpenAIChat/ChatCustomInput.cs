using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// The input of a custom tool's call. Other dialects say it as a function's arguments {"input": text}; the text is taken out of them when they are whole.
/// </summary>
internal sealed class ChatCustomInput
{
    private readonly ArrayBufferWriter<byte> _arguments = new();

    /// <summary>True while a custom call is open.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Begins a call, of a custom tool or not.</summary>
    public void Begin(bool isCustom)
    {
        IsOpen = isCustom;
        _arguments.ResetWrittenCount();
    }

    /// <summary>A piece of the arguments.</summary>
    public void Add(ReadOnlySpan<byte> escaped) => _arguments.Write(escaped);

    /// <summary>Writes the input, escaped; the arguments as they are when they do not have the agreed form (a cut answer).</summary>
    public void WriteInput(RawJsonWriter json)
    {
        IsOpen = false;
        var arguments = Encoding.UTF8.GetBytes(EscapedText.Unescape(_arguments.WrittenSpan));
        var reader = new Utf8JsonReader(arguments);
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.ValueTextEquals("input"u8) && reader.Read()
                && reader.TokenType == JsonTokenType.String)
            {
                json.Raw(reader.ValueSpan);
                return;
            }
        }
        catch (JsonException)
        {
            // A cut answer.
        }

        json.Raw(_arguments.WrittenSpan);
    }
}
