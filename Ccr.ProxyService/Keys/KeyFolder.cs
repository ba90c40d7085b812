namespace Ccr.ProxyService.Keys;

/// <summary>Files of the router's folder that hold keys and what they spent: readable by their owner only, replaced as a whole, and changed by one process at a time.</summary>
/// <param name="path">The folder.</param>
internal sealed class KeyFolder(string path, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const long LargestFile = 64L * 1024 * 1024;

    private static readonly TimeSpan LockDeadline = TimeSpan.FromSeconds(5);

    /// <summary>keys.json.</summary>
    public string Keys { get; } = Path.Combine(path, "keys.json");

    /// <summary>keys-spent.json.</summary>
    public string Spent { get; } = Path.Combine(path, "keys-spent.json");

    /// <summary>A file's bytes; empty when there is none.</summary>
    /// <exception cref="KeyStoreException">It cannot be read.</exception>
    public static byte[] Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > LargestFile)
            {
                throw new KeyStoreException($"{file} is larger than {LargestFile / 1024 / 1024} MB: it is not what ccr wrote");
            }

            var bytes = new byte[stream.Length];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException($"{file} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Puts a file in the place of the one there is. A crash leaves the one or the other.</summary>
    /// <exception cref="KeyStoreException">It cannot be written.</exception>
    public static void Write(string file, ReadOnlySpan<byte> bytes)
    {
        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.Delete(temporary);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException($"{file} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Waits until no other process changes files here; until disposed none does.</summary>
    /// <exception cref="KeyStoreException">Another one does not come to its end, or the folder cannot be written to.</exception>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.CreateDirectory(path);
                return new FileStream(Path.Combine(path, "keys.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(started) < LockDeadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new KeyStoreException($"{path} cannot be locked: {e.Message}", e);
            }
        }
    }
}
