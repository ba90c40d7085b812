using System.Buffers;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>One tool call of a Chat stream while it is put together: providers send id, name and arguments in any pieces and interleave calls.</summary>
internal sealed class ChatToolCall(long index)
{
    private readonly ArrayBufferWriter<byte> _pending = new(128);
    private byte[] _id = [];
    private byte[] _name = [];
    private JsonBalance _balance;

    /// <summary>The provider's index of the call.</summary>
    public long Index { get; } = index;

    /// <summary>The provider's id; empty when it never gave one.</summary>
    public ReadOnlySpan<byte> Id => _id;

    /// <summary>The escaped name; empty until it came.</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>True once its block is open at the sink.</summary>
    public bool IsOpen { get; set; }

    /// <summary>True once its block was ended at the sink.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Escaped arguments not yet handed on.</summary>
    public ReadOnlySpan<byte> Pending => _pending.WrittenSpan;

    /// <summary>True once any piece of arguments was handed on.</summary>
    public bool HasSentArguments { get; set; }

    /// <summary>True when the arguments that came so far are a whole JSON value.</summary>
    public bool IsWhole => _balance.IsWhole;

    /// <summary>Opaque reasoning that belongs before this call, in its envelope; empty when there is none.</summary>
    public EscapedText Thought { get; set; }

    /// <summary>True for the call of a custom tool, whose input is text: it becomes the function argument {"input": text}.</summary>
    public bool IsCustom { get; set; }

    /// <summary>Takes note of a piece of arguments, whatever becomes of it.</summary>
    public void Follow(ReadOnlySpan<byte> arguments) => _balance.Add(arguments);

    /// <summary>Notes the id if none is known; later ones, often empty, are repetitions.</summary>
    public void SetId(ReadOnlySpan<byte> id)
    {
        if (_id.Length == 0 && !id.IsEmpty)
        {
            _id = id.ToArray();
        }
    }

    /// <summary>Notes the name if none is known.</summary>
    public void SetName(ReadOnlySpan<byte> name)
    {
        if (_name.Length == 0 && !name.IsEmpty)
        {
            _name = name.ToArray();
        }
    }

    /// <summary>Keeps a piece of arguments for later.</summary>
    public void Keep(ReadOnlySpan<byte> arguments) => _pending.Write(arguments);

    /// <summary>Forgets the kept pieces after they were handed on.</summary>
    public void ClearPending() => _pending.ResetWrittenCount();
}
