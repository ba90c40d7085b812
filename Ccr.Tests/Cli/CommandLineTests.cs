namespace Ccr.Tests.Cli;

/// <summary>Command lines that end by themselves: what they print and with which code.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly CcrProgram _ccr = new();

    public void Dispose() => _ccr.Dispose();

    [Theory]
    [InlineData("", "say what to do, for instance ccr start")]
    [InlineData("strat", "\"strat\" is not understood; did you mean \"start\"?")]
    [InlineData("start --prot 1", "\"--prot\" is not understood; did you mean \"--port\"?")]
    [InlineData("start now", "\"now\" is not understood")]
    [InlineData("start --port abc", "--port must be a whole number from 1 to 65535")]
    [InlineData("start --port 70000", "--port must be a whole number from 1 to 65535")]
    [InlineData("start --port", "Required argument missing for option: '--port'")]
    [InlineData("start --model m", "--target-url and --model are given together")]
    [InlineData("start --target-url http://localhost:1", "--target-url and --model are given together")]
    [InlineData("start --model m --target-url localhost:1", "--target-url must begin with https:// or http://, for example \"https://api.deepseek.com/v1\"")]
    [InlineData("start --host my.host.example", "--host must be an IP address or localhost")]
    public async Task A_command_line_that_is_not_understood_costs_one_line_and_code_2(string line, string expected) =>
        Assert.Equal((2, "", $"ccr: {expected} (see ccr --help)\n"), await _ccr.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData("start")]
    [InlineData("validate")]
    [InlineData("restart")]
    public async Task Without_a_configuration_one_line_says_where_to_put_one(string verb)
    {
        var path = Path.Combine(_ccr.Home, ".claude-code-router", "config.json");
        Assert.Equal(
            (1, "", $"ccr: there is no configuration: write {path} (config.example.json in the source of ccr shows every setting), or name a file with --config\n"),
            await _ccr.RunAsync(verb));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("validate")]
    public async Task A_named_file_that_does_not_exist_is_said_to_be_missing(string verb) =>
        Assert.Equal((1, "", "/does/not/exist.json: the file does not exist\n"), await _ccr.RunAsync(verb, "--config", "/does/not/exist.json"));

    [Fact]
    public async Task Start_prints_the_errors_of_a_broken_file_a_line_each()
    {
        var config = _ccr.Write("c.json", "{ PORT: 'x',\n StatusLine: {}, HOST: 'y' }");
        var result = await _ccr.RunAsync("start", "-c", config);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Equal([$"{config}:1 PORT", $"{config}:2 HOST"], result.Error.TrimEnd().Split('\n').Select(l => l[..l.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task An_open_address_without_a_key_is_refused()
    {
        var config = _ccr.WriteConfig(CcrProgram.FreePort());
        Assert.Equal(
            (1, "", $"ccr: --host 0.0.0.0 needs APIKEY in {config}: without it anyone on the network could spend your keys\n"),
            await _ccr.RunAsync("start", "--host", "0.0.0.0"));
    }

    [Fact]
    public async Task An_address_of_another_machine_is_refused()
    {
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        var port = CcrProgram.FreePort();
        _ccr.WriteConfig(port, "APIKEY: 'k',");
        Assert.StartsWith("ccr: 192.0.2.1 is not an address of this machine; correct --host or HOST", (await _ccr.RunAsync("start", "--host", "192.0.2.1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_prints_problems_endpoints_and_a_summary()
    {
        var config = _ccr.Write(
            "c.json",
            "{ Providers: [\n { name: 'a', api_base_url: 'https://a.example/v1?key=secret', models: ['m', 'n'] },\n { name: 'b', api_base_url: 'https://b.example', api_key: '$B_KEY', models: ['m'] } ],\n Router: { default: 'a,m' } }");
        _ccr.Variables["CCR_CONFIG_PATH"] = config;
        Assert.Equal(
            (0,
            $"{config}:3 Providers[1].api_key: warning: the environment variable B_KEY is not set or empty; set it before ccr starts, or write the value here; until then the provider is disabled\n"
            + "  a: https://a.example/v1/chat/completions (OpenAI chat, 2 models)\n"
            + "  b: disabled: the environment variable B_KEY is not set or empty\n"
            + "✓ 2 providers, 1 route\n",
            ""),
            await _ccr.RunAsync("validate"));

        _ccr.Variables["B_KEY"] = "set";
        Assert.StartsWith("  a: ", (await _ccr.RunAsync("validate")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_prints_every_problem_of_a_broken_file()
    {
        var config = _ccr.Write("c.json", "{ PORT: 'x',\n HOST: 'y',\n Providers: [] }");
        var result = await _ccr.RunAsync("validate", "--config", config);
        Assert.Equal((1, $"ccr: {config} cannot be used: 2 errors\n"), (result.ExitCode, result.Error));
        Assert.Equal([$"{config}:1 PORT", $"{config}:2 HOST", $"{config}:3 Providers"], result.Output.TrimEnd().Split('\n').Select(l => l[..l.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task The_version_is_printed(string argument)
    {
        var result = await _ccr.RunAsync(argument);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"^ccr \d+\.\d+\.\d+ \(\.NET 10\.\S+, \S+\)\n$", result.Output);
    }

    [Fact]
    public async Task Help_lists_every_verb()
    {
        var result = await _ccr.RunAsync("--help");
        Assert.Equal(0, result.ExitCode);
        Assert.All(ProxyService.Cli.CommandLine.CreateVerbs(), verb => Assert.Contains($"\n  {verb.Name} ", result.Output, StringComparison.Ordinal));
    }
}
