// Stands for Grpc.Core.Utils.AsyncStreamExtensions of the package Grpc.Core.Api; complete.

namespace Grpc.Core.Utils;

/// <summary>Whole streams at once.</summary>
public static class AsyncStreamExtensions
{
    /// <summary>Does something with each message.</summary>
    public static async Task ForEachAsync<T>(this IAsyncStreamReader<T> streamReader, Func<T, Task> asyncAction)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        ArgumentNullException.ThrowIfNull(asyncAction);
        while (await streamReader.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            await asyncAction(streamReader.Current).ConfigureAwait(false);
        }
    }

    /// <summary>All messages.</summary>
    public static async Task<List<T>> ToListAsync<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        var result = new List<T>();
        while (await streamReader.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            result.Add(streamReader.Current);
        }

        return result;
    }

    /// <summary>Sends all messages, and the end.</summary>
    public static async Task WriteAllAsync<T>(this IClientStreamWriter<T> streamWriter, IEnumerable<T> elements, bool complete = true)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamWriter);
        ArgumentNullException.ThrowIfNull(elements);
        foreach (var element in elements)
        {
            await streamWriter.WriteAsync(element).ConfigureAwait(false);
        }

        if (complete)
        {
            await streamWriter.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Sends all messages.</summary>
    public static async Task WriteAllAsync<T>(this IServerStreamWriter<T> streamWriter, IEnumerable<T> elements)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamWriter);
        ArgumentNullException.ThrowIfNull(elements);
        foreach (var element in elements)
        {
            await streamWriter.WriteAsync(element).ConfigureAwait(false);
        }
    }
}
