using System.IO.Pipelines;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Persistence;

/// <summary>The file a data set is kept in. It is replaced whole: a crash leaves the old file or the new one, never half of one.</summary>
internal sealed class SnapshotFile(string path)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Fills the empty databases; a file that does not exist is an empty data set.</summary>
    /// <exception cref="SnapshotException">The file is broken or unreadable.</exception>
    public async Task LoadAsync(Engine engine, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(path))
            {
                // Saying now that it cannot be written is better than after the first interval.
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                return;
            }

            var bytes = new BufferedStream(File.OpenRead(path), BufferSize);
            await using (bytes.ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                engine.Alone(e =>
                {
                    SnapshotReader.Read(bytes, e);
                    return e.Statistics.SavedChanges = e.Statistics.Changes;
                });
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new SnapshotException($"The snapshot {path} cannot be loaded: {error.Message} Remove or replace the file, or start without --snapshot.");
        }
    }

    /// <summary>Saves when anything changed since the last time. One save at a time.</summary>
    public async Task SaveAsync(Engine engine, CancellationToken cancellationToken)
    {
        var temporary = path + ".tmp";
        try
        {
            // Commands wait only while memory is copied to memory; the pipe serves as a growing buffer of pooled pieces.
            var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: BufferSize, useSynchronizationContext: false));
            var changes = engine.Alone(e =>
            {
                if (e.Statistics.Changes != e.Statistics.SavedChanges || !File.Exists(path))
                {
                    SnapshotWriter.Write(pipe.Writer, e);
                    return e.Statistics.Changes;
                }

                return -1;
            });
            await pipe.Writer.CompleteAsync().ConfigureAwait(false);
            if (changes >= 0)
            {
                var file = new FileStream(temporary, OwnerOnly());
                await using (file.ConfigureAwait(false))
                {
                    await pipe.Reader.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
                    file.Flush(flushToDisk: true);
                }

                File.Move(temporary, path, overwrite: true);
                engine.Alone(e =>
                {
                    e.Statistics.SavedChanges = changes;
                    return e.Statistics.LastSave = e.Now / 1000;
                });
            }

            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // What is in the data set concerns nobody else on the machine.
    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = BufferSize, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
