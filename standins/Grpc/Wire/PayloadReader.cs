using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Shows a marshaller one message where it lies.</summary>
internal sealed class PayloadReader(ReadOnlySequence<byte> payload) : DeserializationContext
{
    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;
}
