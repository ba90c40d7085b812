// Stands for Grpc.Core.IAsyncStreamReader, IAsyncStreamWriter, IClientStreamWriter and IServerStreamWriter of the package
// Grpc.Core.Api, and for AsyncStreamReaderExtensions of Grpc.Net.Common; complete.

using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>Messages that arrive.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that <see cref="MoveNext"/> read last.</summary>
    T Current { get; }

    /// <summary>Reads the next message; false after the last.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Messages that are sent; one write at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the messages are written.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Sends a message.</summary>
    Task WriteAsync(T message);

    /// <summary>Sends a message unless the token fires first.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            throw new NotSupportedException("Cancellation of stream writes is not supported by this gRPC implementation.");
        }

        return WriteAsync(message);
    }
}

/// <summary>A client's requests.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>No more requests will come.</summary>
    Task CompleteAsync();
}

/// <summary>A service's replies.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}

/// <summary>Reading a stream with <c>await foreach</c>.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>The messages until the end.</summary>
    public static async IAsyncEnumerable<T> ReadAllAsync<T>(this IAsyncStreamReader<T> streamReader, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        while (await streamReader.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            yield return streamReader.Current;
        }
    }

    /// <summary>Reads the next message; false after the last.</summary>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }
}
