using System.Text;
using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_file_is_said_to_be_missing() =>
        Assert.Equal("c: the file does not exist", Fault(_folder.File("none.json")));

    [Fact]
    public void A_file_in_a_missing_folder_is_said_to_be_missing() =>
        Assert.Equal("c: the file does not exist", Fault(_folder.File("a/b/none.json")));

    [Fact]
    public void A_folder_is_no_file() => Assert.Equal("c: the file is a folder, not a configuration file", Fault(_folder.Root));

    [Fact]
    public void An_empty_file_is_said_to_be_empty() =>
        Assert.Equal("c:1: the file is empty (column 1)", Fault(_folder.Write("empty.json", "")));

    [Fact]
    public void A_file_of_more_than_8_MB_is_not_read()
    {
        using (var stream = File.Create(_folder.File("big.json")))
        {
            stream.SetLength(ConfigFile.MaxBytes + 1);
        }

        Assert.Equal("c: the file is larger than 8 MB; this is not a configuration file", Fault(_folder.File("big.json")));
    }

    [Fact]
    public void A_pipe_is_not_read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        Assert.StartsWith("c: the file is not a regular file", Fault($"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_UTF8_is_refused_with_its_line()
    {
        var path = _folder.File("latin1.json");
        File.WriteAllBytes(path, [.. "{\n// "u8, 0xE9, .. "\n}"u8]);
        Assert.Equal("c:2: the file is not valid UTF-8; save it as UTF-8", Fault(path));
    }

    [Fact]
    public void UTF16_is_recognised()
    {
        var path = _folder.File("utf16.json");
        File.WriteAllText(path, "{}", Encoding.Unicode);
        Assert.Equal("c:1: the file is not valid UTF-8 but looks like UTF-16; save it as UTF-8", Fault(path));
    }

    [Fact]
    public void A_byte_order_mark_is_skipped()
    {
        var path = _folder.File("bom.json");
        File.WriteAllText(path, "{ PORT: 5 }", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(5, ConfigFile.Read(path, TestEnvironment.None).Config!.Port);
    }

    private static string Fault(string path)
    {
        var result = ConfigFile.Read(path, TestEnvironment.None);
        Assert.Null(result.Config);
        return Assert.Single(result.Problems).Describe("c");
    }
}
