using System.Security.Cryptography;
using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Transformers;

/// <summary>Some models behind aggregators number their calls 0, 1, 2 in every answer; such ids would meet in one conversation, so they get the answer's id in.</summary>
internal sealed class NumericIdSink(IMessageSink next) : SinkDecorator(next)
{
    private byte[] _answer = [];

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<byte> providerId)
    {
        _answer = providerId.ToArray();
        base.Start(providerId);
    }

    /// <inheritdoc/>
    public override void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        if (id.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            base.BeginToolUse(id, escapedName);
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. _answer, (byte)'#', .. id], hash);
        Span<byte> unique = stackalloc byte[29];
        "call_"u8.CopyTo(unique);
        Convert.TryToHexStringLower(hash[..12], unique[5..], out _);
        base.BeginToolUse(unique, escapedName);
    }
}
