using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Takes messages from a body, one at a time. A message above the size limit is refused from its header, before its payload is read.</summary>
internal sealed class MessageReader(PipeReader input, string? encoding, CompressionSet compression, int? maxSize)
{
    public const string TooLarge = "Received message exceeds the maximum configured message size.";
    public const string Incomplete = "Incomplete message.";

    /// <summary>Reads the next message; false at the end of the body.</summary>
    public async ValueTask<Received<T>> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
    {
        var (buffer, atEnd) = await FillAsync(MessageFrame.HeaderSize, cancellationToken).ConfigureAwait(false);
        if (buffer.Length < MessageFrame.HeaderSize)
        {
            input.AdvanceTo(buffer.Start, buffer.End);
            return buffer.IsEmpty ? default : throw Error(StatusCode.Internal, Incomplete);
        }

        int size;
        bool compressed;
        try
        {
            (compressed, size) = ParseHeader(buffer);
        }
        catch
        {
            input.AdvanceTo(buffer.Start);
            throw;
        }

        var whole = MessageFrame.HeaderSize + size;
        if (buffer.Length < whole && !atEnd)
        {
            input.AdvanceTo(buffer.Start);
            (buffer, _) = await FillAsync(whole, cancellationToken).ConfigureAwait(false);
        }

        if (buffer.Length < whole)
        {
            input.AdvanceTo(buffer.Start, buffer.End);
            throw Error(StatusCode.Internal, Incomplete);
        }

        var payload = buffer.Slice(MessageFrame.HeaderSize, size);
        try
        {
            return new Received<T>(Deserialize(payload, compressed, marshaller));
        }
        finally
        {
            input.AdvanceTo(payload.End);
        }
    }

    /// <summary>Whether nothing follows.</summary>
    public async ValueTask<bool> IsAtEndAsync(CancellationToken cancellationToken)
    {
        var (buffer, _) = await FillAsync(1, cancellationToken).ConfigureAwait(false);
        input.AdvanceTo(buffer.Start);
        return buffer.IsEmpty;
    }

    /// <summary>Gives the buffers back; nothing can be read after.</summary>
    public void Complete() => input.Complete();

    private T Deserialize<T>(ReadOnlySequence<byte> payload, bool compressed, Marshaller<T> marshaller)
    {
        if (!compressed)
        {
            return marshaller.ContextualDeserializer(new PayloadReader(payload));
        }

        using var plain = compression.Decompress(payload, encoding, maxSize);
        return marshaller.ContextualDeserializer(new PayloadReader(new ReadOnlySequence<byte>(plain.Written)));
    }

    private async ValueTask<(ReadOnlySequence<byte> Buffer, bool AtEnd)> FillAsync(int size, CancellationToken cancellationToken)
    {
        var result = await input.ReadAtLeastAsync(size, cancellationToken).ConfigureAwait(false);
        return result.IsCanceled ? throw new OperationCanceledException() : (result.Buffer, result.IsCompleted);
    }

    private (bool Compressed, int Size) ParseHeader(ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[MessageFrame.HeaderSize];
        buffer.Slice(0, MessageFrame.HeaderSize).CopyTo(header);
        if (header[0] > 1)
        {
            throw Error(StatusCode.Internal, "Unexpected compressed flag value in message header.");
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        return size > (uint)Math.Min(maxSize ?? int.MaxValue, Array.MaxLength - MessageFrame.HeaderSize)
            ? throw Error(StatusCode.ResourceExhausted, TooLarge)
            : (header[0] == 1, (int)size);
    }

    private static RpcException Error(StatusCode code, string detail) => new(new Status(code, detail));

    /// <summary>A message, or the end of the body.</summary>
    internal readonly struct Received<T>(T message)
    {
        private readonly bool _has = true;

        /// <summary>The message; false at the end.</summary>
        public bool TryGet([MaybeNullWhen(false)] out T value)
        {
            value = message;
            return _has;
        }
    }
}
