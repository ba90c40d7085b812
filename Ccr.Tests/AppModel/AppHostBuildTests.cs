using System.Diagnostics;
using System.Text.Json;
using Aspire.Hosting.Running;
using Ccr.Tests.Parts;

namespace Ccr.Tests.AppModel;

public class AppHostBuildTests
{
    [Fact]
    public async Task Azd_finds_the_AppHost_by_its_capability()
    {
        var project = Path.Combine(Part.Repository, "Ccr.AppHost", "Ccr.AppHost.csproj");
        var start = new ProcessStartInfo(Programs.DotNet(), ["msbuild", project, "--ignore:.sln", "--getProperty:IsAspireHost", "--getItem:ProjectCapability"])
        {
            RedirectStandardOutput = true,
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseAspire"] = "false" },
        };
        using var msbuild = Process.Start(start)!;
        using var answer = JsonDocument.Parse(await msbuild.StandardOutput.ReadToEndAsync());

        var capabilities = answer.RootElement.GetProperty("Items").GetProperty("ProjectCapability").EnumerateArray().Select(item => item.GetProperty("Identity").GetString());
        Assert.Contains("Aspire", capabilities);
        Assert.Equal("", answer.RootElement.GetProperty("Properties").GetProperty("IsAspireHost").GetString());
    }

    [Fact]
    public void The_Aspire_SDK_has_the_version_of_the_Aspire_packages()
    {
        var packages = System.Xml.Linq.XDocument.Load(Path.Combine(Part.Repository, "Directory.Packages.props"));
        var appHost = System.Xml.Linq.XDocument.Load(Path.Combine(Part.Repository, "Ccr.AppHost", "Ccr.AppHost.csproj"));

        var imports = appHost.Descendants("Import").Where(import => import.Attribute("Sdk")?.Value == "Aspire.AppHost.Sdk").ToArray();
        Assert.Equal(2, imports.Length);
        Assert.All(imports, import => Assert.Equal(packages.Descendants("AspireVersion").Single().Value, import.Attribute("Version")!.Value));
        Assert.All(imports, import => Assert.Equal("'$(UseAspire)' == 'true'", import.Attribute("Condition")!.Value));
    }

    [Fact]
    public void Azure_yaml_has_the_AppHost_as_its_only_service()
    {
        var yaml = File.ReadAllLines(Path.Combine(Part.Repository, "azure.yaml"));

        var service = yaml.SkipWhile(line => line != "services:").Skip(1).Where(line => line.Length > 0).ToArray();
        Assert.Equal(["  app:", "    language: dotnet", "    project: ./Ccr.AppHost/Ccr.AppHost.csproj", "    host: containerapp"], service);
    }

    [Theory]
    [InlineData("--CCR_PROXY_PORT=70000", "CCR_PROXY_PORT is '70000'; it must be a port from 1 to 65535, or 0 for a free one.\n")]
    [InlineData("--CCR_DASHBOARD_PORT=x", "CCR_DASHBOARD_PORT is 'x'; it must be a port from 1 to 65535, or 0 for a free one.\n")]
    public async Task A_port_that_is_none_is_one_line_and_exit_code_1(string setting, string expected)
    {
        string[] free = ["--CCR_TOKENIZER_PORT=0", "--CCR_PROXY_PORT=0", "--CCR_DASHBOARD_PORT=0"];
        await using var host = ProgramRun.Start(Built.AppHost, [.. free, setting]);

        Assert.Equal(1, await host.EndAsync());
        Assert.Equal(expected, host.Error);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_that_names_the_setting()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        await using var host = ProgramRun.Start(Built.AppHost, ["--CCR_TOKENIZER_PORT=0", $"--CCR_PROXY_PORT={port}", "--CCR_DASHBOARD_PORT=0"]);

        Assert.Equal(1, await host.EndAsync());
        Assert.Equal($"proxy: port {port} is in use by another program. Stop that program, or choose another port, for example CCR_PROXY_PORT=0 for a free one.\n", host.Error);
    }
}
