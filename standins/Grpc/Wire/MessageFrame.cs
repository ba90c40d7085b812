using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>
/// One message ready for the wire: a byte that says whether it is compressed, its length in four bytes, big-endian, and the
/// payload. The marshaller writes straight behind the space left for the five bytes.
/// </summary>
internal sealed class MessageFrame : SerializationContext, IDisposable
{
    public const int HeaderSize = 5;

    private PooledBuffer _buffer = new();
    private int _announced = -1;
    private bool _complete;

    private MessageFrame()
    {
        _buffer.EnsureFree(HeaderSize);
        _buffer.Advance(HeaderSize);
    }

    /// <summary>Header and payload.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.Written;

    /// <summary>Serializes a message, compresses it where a provider is given, and refuses it above the size limit (before compression).</summary>
    public static MessageFrame Create<T>(T message, Marshaller<T> marshaller, ICompressionProvider? compression, CompressionLevel? level, int? maxSize)
    {
        var frame = new MessageFrame();
        try
        {
            marshaller.ContextualSerializer(message, frame);
            frame.Seal(compression, level, maxSize);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        _announced = payloadLength;
        _buffer.EnsureFree(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => _buffer;

    public override void Complete() => _complete = true;

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        _buffer.Write(payload);
        _complete = true;
    }

    public void Dispose() => _buffer.Dispose();

    private void Seal(ICompressionProvider? compression, CompressionLevel? level, int? maxSize)
    {
        var size = _buffer.Length - HeaderSize;
        if (!_complete || (_announced >= 0 && _announced != size))
        {
            throw new InvalidOperationException(_complete
                ? $"The marshaller announced {_announced} bytes and wrote {size}."
                : "The marshaller did not complete the message.");
        }

        if (size > maxSize)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
        }

        if (compression is not null)
        {
            Compress(compression, level);
        }

        var header = _buffer.Written.Span;
        header[0] = compression is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)(_buffer.Length - HeaderSize));
    }

    private void Compress(ICompressionProvider compression, CompressionLevel? level)
    {
        var plain = _buffer;
        _buffer = new PooledBuffer();
        try
        {
            _buffer.EnsureFree(HeaderSize);
            _buffer.Advance(HeaderSize);
            using var compressor = compression.CreateCompressionStream(new BufferStream(_buffer), level);
            compressor.Write(plain.Written.Span[HeaderSize..]);
        }
        finally
        {
            plain.Dispose();
        }
    }
}
