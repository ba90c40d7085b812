using System.Buffers;
using System.IO.Pipelines;

namespace Grpc.Server;

internal static class BodyWriterExtensions
{
    /// <summary>Beyond this all buffered messages are flushed, so that back-pressure works.</summary>
    private const int LargestBuffered = 64 * 1024;

    /// <summary>Writes bytes, and flushes them unless they may wait and are few.</summary>
    public static async ValueTask WriteOrBufferAsync(this PipeWriter writer, ReadOnlyMemory<byte> bytes, bool mayWait, CancellationToken cancellationToken)
    {
        if (mayWait && bytes.Length + (writer.CanGetUnflushedBytes ? writer.UnflushedBytes : 0) <= LargestBuffered)
        {
            writer.Write(bytes.Span);
            return;
        }

        await writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }
}
