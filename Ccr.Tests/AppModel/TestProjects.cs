using Aspire.Hosting;

namespace Ccr.Tests.AppModel;

/// <summary>Project folders that a test writes, and the classes by which the app model finds them.</summary>
internal sealed class TestProjects : IDisposable
{
    private static readonly AsyncLocal<string> Current = new();

    public TestProjects()
    {
        Current.Value = Folder;
        Write("Api", """{ "profiles": { "other": { "commandName": "Executable" }, "http": { "commandName": "Project", "applicationUrl": "http://127.0.0.1:0", "environmentVariables": { "FROM_PROFILE": "yes" } } } }""");
        Write("Grpc", """{ "profiles": { "http": { "commandName": "Project", "applicationUrl": "http://127.0.0.1:0" } } } // comments are allowed""", """{ "Kestrel": { "EndpointDefaults": { "Protocols": "Http2" } } }""");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("ccr-model-").FullName;

    public void Write(string name, string? launchSettings, string? appSettings = null)
    {
        Directory.CreateDirectory(Path.Combine(Folder, name, "Properties"));
        if (launchSettings is not null)
        {
            File.WriteAllText(Path.Combine(Folder, name, "Properties", "launchSettings.json"), launchSettings);
        }

        if (appSettings is not null)
        {
            File.WriteAllText(Path.Combine(Folder, name, "appsettings.json"), appSettings);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    internal abstract class Project(string name) : IProjectMetadata, IProjectOutput
    {
        public string ProjectPath { get; } = Path.Combine(Current.Value!, name, name + ".csproj");

        public string TargetPath => Path.Combine(Path.GetDirectoryName(ProjectPath)!, "bin", "it.dll");
    }

    internal sealed class Api() : Project("Api");

    internal sealed class Grpc() : Project("Grpc");
}
