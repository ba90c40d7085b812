using Ccr.ProxyService.Cli;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Cli;

public sealed class PidFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_entry_survives_its_file()
    {
        var entry = new PidEntry { Pid = 4242, Started = 99, Host = "::1", Port = 8080, ConfigPath = "/a b=c.json", HostOption = "::1", PortOption = 8080, TargetUrl = "http://127.0.0.1:9/", TargetModel = "m:1", AllowAnthropicOnly = true };
        Assert.Equal(entry, PidEntry.Parse(entry.Format()));
        var bare = new PidEntry { Pid = 2, Started = 0, Host = "localhost", Port = 1 };
        Assert.Equal(bare, PidEntry.Parse(bare.Format()));
        Assert.Equal("http://[::1]:8080/", entry.Address.AbsoluteUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("4242")]
    [InlineData("x\nstarted=1\nhost=h\nport=1")]
    [InlineData("-1\nstarted=1\nhost=h\nport=1")]
    [InlineData("1\nstarted=1\nhost=h\nport=1")]
    [InlineData("4242\nstarted=1\nhost=\nport=1")]
    [InlineData("4242\nstarted=1\nhost=h\nport=0")]
    [InlineData("4242\nstarted=1\nhost=h\nport=99999")]
    [InlineData("4242\nhost=h\nport=1")]
    public void What_is_not_one_of_ours_is_no_entry(string text) => Assert.Null(PidEntry.Parse(text));

    [Fact]
    public void This_process_is_alive_and_another_start_time_is_another_process()
    {
        var entry = Own(port: 1);
        Assert.True(entry.IsAlive);
        Assert.False((entry with { Started = entry.Started + 1000 }).IsAlive);
        Assert.Null(ProcessIdentity.Started(int.MaxValue));
    }

    [Fact]
    public async Task A_port_is_claimed_once_and_free_again_after_disposal()
    {
        var files = new PidFiles(_folder.File("home"));
        Assert.Empty(files.Running());
        var (claim, _) = await files.ClaimAsync(Own(port: 1000), CancellationToken.None);
        Assert.True(File.Exists(_folder.File("home/.claude-code-router.pid")));

        var (none, holder) = await files.ClaimAsync(Own(port: 1000), CancellationToken.None);
        Assert.Null(none);
        Assert.Equal(Own(port: 1000), holder);

        var (second, _) = await files.ClaimAsync(Own(port: 2000), CancellationToken.None);
        Assert.True(File.Exists(_folder.File("home/.claude-code-router.2000.pid")));

        claim!.Dispose();
        Assert.Equal([2000], files.Running().Select(e => e.Port));
        second!.Dispose();
        Assert.Empty(files.Running());
    }

    [Fact]
    public async Task Of_many_claims_at_once_one_wins()
    {
        var files = new PidFiles(_folder.Root);
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => files.ClaimAsync(Own(port: 1000), CancellationToken.None))));
        Assert.Single(claims, c => c.Claim is not null);
    }

    [Fact]
    public async Task A_claim_removes_only_its_own_file()
    {
        var files = new PidFiles(_folder.Root);
        var (claim, _) = await files.ClaimAsync(Own(port: 1000), CancellationToken.None);
        _folder.Write(".claude-code-router.pid", "a successor");
        claim!.Dispose();
        Assert.Equal("a successor", await File.ReadAllTextAsync(_folder.File(".claude-code-router.pid")));
    }

    private static PidEntry Own(int port) => new()
    {
        Pid = Environment.ProcessId,
        Started = ProcessIdentity.Started(Environment.ProcessId)!.Value,
        Host = "127.0.0.1",
        Port = port,
    };
}
