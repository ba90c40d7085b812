using System.Text.Json;
using Aspire.Hosting;
using Ccr.Tests.Parts;

namespace Ccr.Tests.AppModel;

public sealed class ManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccr-manifest-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_AppHost_writes_the_manifest_that_azd_reads()
    {
        var file = Path.Combine(_folder, "manifest.json");
        await using var run = ProgramRun.Start(Built.AppHost, ["--publisher", "manifest", "--output-path", file]);

        Assert.Equal(0, await run.EndAsync());

        var toRoot = Path.GetRelativePath(_folder, Part.Repository).Replace('\\', '/');
        var actual = (await File.ReadAllTextAsync(file)).Replace(toRoot + "/", "../", StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Part.Repository, "Ccr.Tests", "AppModel", "Golden", "aspire-manifest.json")), actual + "\n");
    }

    [Fact]
    public async Task A_path_that_is_a_folder_gets_the_usual_file_name()
    {
        await using var run = ProgramRun.Start(Built.AppHost, ["--publisher", "manifest", "--output-path", _folder]);

        Assert.Equal(0, await run.EndAsync());
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "aspire-manifest.json")));
        Assert.Equal("resources", Assert.Single(manifest.RootElement.EnumerateObject()).Name);
    }

    [Fact]
    public async Task Without_a_path_there_is_one_line_and_exit_code_1()
    {
        await using var run = ProgramRun.Start(Built.AppHost, ["--publisher", "manifest"]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal("The '--output-path [path]' option was not specified even though manifest publishing was requested.\n", run.Error);
    }

    [Fact]
    public async Task Another_publisher_is_refused_by_name()
    {
        await using var run = ProgramRun.StartProbe("--publisher", "docker", "--output-path", _folder);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal("There is no publisher 'docker' here: use --publisher manifest, or build with UseAspire=true for others.\n", run.Error);
    }

    [Fact]
    public async Task What_azd_cannot_deploy_is_named()
    {
        await using var run = ProgramRun.StartProbe("--publisher", "manifest", "--output-path", _folder, "--child:tool", "true");

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal("Resource 'tool' cannot be deployed by azd (ExecutableResource): call ExcludeFromManifest on it.\n", run.Error);
    }

    [Fact]
    public void Secrets_are_no_defaults()
        => Assert.Throws<ArgumentException>(() => DistributedApplication.CreateBuilder().AddParameter("key", "value", publishValueAsDefault: true, secret: true));

    [Fact]
    public async Task Literal_braces_are_escaped_and_parameters_may_have_defaults()
    {
        var file = Path.Combine(_folder, "m.json");
        using var projects = new TestProjects();
        var builder = DistributedApplication.CreateBuilder(["--publisher", "manifest", "--output-path", file]);
        var region = builder.AddParameter("region", "west", publishValueAsDefault: true);
        builder.AddProject<TestProjects.Grpc>("grpc")
            .WithEnvironment("JSON", """{"a":1}""")
            .WithEnvironment("MIX", $"in {region}")
            .WithArgs("--verbose")
            .WithReplicas(3);

        await builder.Build().RunAsync();

        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var resources = manifest.RootElement.GetProperty("resources");
        var grpc = resources.GetProperty("grpc");
        Assert.Equal("""{{"a":1}}""", grpc.GetProperty("env").GetProperty("JSON").GetString());
        Assert.Equal("in {region.value}", grpc.GetProperty("env").GetProperty("MIX").GetString());
        Assert.Equal("--verbose", grpc.GetProperty("args")[0].GetString());
        Assert.Equal("http2", grpc.GetProperty("bindings").GetProperty("http").GetProperty("transport").GetString());
        Assert.Equal(["type", "path", "args", "env", "bindings"], grpc.EnumerateObject().Select(field => field.Name));
        Assert.Equal("west", resources.GetProperty("region").GetProperty("inputs").GetProperty("value").GetProperty("default").GetProperty("value").GetString());
    }
}
