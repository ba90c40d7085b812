using Google.Protobuf;

namespace Ccr.Tests.Grpc;

/// <summary>What the echo service saw.</summary>
public sealed class EchoProbe
{
    /// <summary>Completed when a waiting call saw its cancellation.</summary>
    public TaskCompletionSource Cancelled { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The deadline of the last waiting call.</summary>
    public DateTime Deadline { get; set; }

    /// <summary>Service objects disposed.</summary>
    public int Disposed { get; set; }

    /// <summary>So many bytes that do compress, but not to nothing.</summary>
    public static ByteString Pattern(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i * 7 % 251);
        }

        return UnsafeByteOperations.UnsafeWrap(bytes);
    }
}
