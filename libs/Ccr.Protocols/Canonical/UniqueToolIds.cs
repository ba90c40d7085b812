using System.Buffers.Binary;
using System.Security.Cryptography;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// Some models use the ids of earlier calls again, turn after turn. In one conversation an id must stand for one call, so an id that the history knows
/// already gets another, which depends on nothing but the conversation.
/// </summary>
public sealed class UniqueToolIds : SinkDecorator
{
    // Hashes, not slices: the request's memory is released before the answer ends. A collision only gives a call an id that it did not need.
    private readonly HashSet<ulong> _known = [];
    private readonly int _turn;

    /// <summary>Notes the ids of the request's calls.</summary>
    public UniqueToolIds(IMessageSink next, CanonicalRequest request)
        : base(next)
    {
        _turn = request.Messages.Count;
        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        foreach (var message in request.Messages)
        {
            foreach (var block in message.Content)
            {
                if (block is ToolUseBlock call)
                {
                    _known.Add(Hash(call.Id.Span));
                    _known.Add(Hash(portable[..ToolIds.Portable(call.Id.Span, portable)]));
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        if (_known.Add(Hash(id)))
        {
            base.BeginToolUse(id, escapedName);
            return;
        }

        Span<byte> unique = stackalloc byte[29];
        "call_"u8.CopyTo(unique);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var seed = new byte[id.Length + 8];
        id.CopyTo(seed);
        for (var i = 0; ; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(seed.AsSpan(id.Length), _turn);
            BinaryPrimitives.WriteInt32LittleEndian(seed.AsSpan(id.Length + 4), i);
            SHA256.HashData(seed, hash);
            Convert.TryToHexStringLower(hash[..12], unique[5..], out _);
            if (_known.Add(Hash(unique)))
            {
                base.BeginToolUse(unique, escapedName);
                return;
            }
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> id)
    {
        // FNV-1a: stable, and good enough for a few thousand short ids.
        var hash = 14695981039346656037UL;
        foreach (var b in id)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }
}
