using System.Text;
using System.Text.Unicode;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads a configuration file's bytes and says in words what is wrong with them.</summary>
internal static class ConfigFile
{
    /// <summary>Far above any configuration; a larger file is a mistake (a log, a dump).</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>The bytes of the file, or the sentence that says why there are none. Nothing is thrown for a file that cannot be read.</summary>
    public static FileContent ReadBytes(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return new FileContent(null, "is a folder, not a configuration file");
            }

            // Editors replace the file while it is read: let them.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!stream.CanSeek)
            {
                return new FileContent(null, "is not a regular file; ccr reads its configuration again when it changes, so it cannot come from a pipe");
            }

            if (stream.Length > MaxBytes)
            {
                return new FileContent(null, $"is larger than {MaxBytes / 1024 / 1024} MB; this is not a configuration file");
            }

            var bytes = new byte[stream.Length];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return new FileContent(bytes[..read], null);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FileContent(null, "does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            return new FileContent(null, "cannot be read: permission denied; make it readable for the user that runs ccr");
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or NotSupportedException)
        {
            return new FileContent(null, $"cannot be read: {Shown.Plain(fault.Message, 200)}");
        }
    }

    /// <summary>Reads and validates the file.</summary>
    public static ConfigResult Read(string path, Func<string, string?> environment)
    {
        var content = ReadBytes(path);
        return Parse(path, content, environment) with { Content = content };
    }

    /// <summary>Validates what was read from the file at <paramref name="path"/>.</summary>
    public static ConfigResult Parse(string path, FileContent file, Func<string, string?> environment)
    {
        if (file.Bytes is null)
        {
            return ConfigResult.Failed($"the file {file.Fault}");
        }

        ReadOnlySpan<byte> bytes = file.Bytes;
        var content = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
        if (!Utf8.IsValid(content))
        {
            var utf16 = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
            return ConfigResult.Failed($"the file is not valid UTF-8{(utf16 ? " but looks like UTF-16" : "")}; save it as UTF-8", FirstInvalidLine(content));
        }

        return ConfigReader.Read(path, Encoding.UTF8.GetString(content), environment);
    }

    private static int FirstInvalidLine(ReadOnlySpan<byte> content)
    {
        var line = 1;
        while (!content.IsEmpty && Rune.DecodeFromUtf8(content, out var rune, out var length) == System.Buffers.OperationStatus.Done)
        {
            line += rune.Value == '\n' ? 1 : 0;
            content = content[length..];
        }

        return line;
    }
}
