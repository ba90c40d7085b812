using System.Xml.Linq;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Architecture;

/// <summary>Reads the project files: which project may know which. Doors open one way.</summary>
public class DoorTests
{
    private static readonly string[] Services = ["Ccr.ProxyService", "Ccr.TokenizerService", "Ccr.Dashboard.Web"];
    private static readonly string[] Libraries = ["Ccr.Protocols", "Ccr.Tokenization"];

    /// <summary>Who may be linked by whom; a project that is not named here may be linked by nobody but tests.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Ccr.Protocols"] = [],
        ["Ccr.Tokenization"] = [],
        ["Grpc"] = [],
        ["Aspire.Hosting"] = [],
        ["Aspire.StackExchange.Redis"] = [],
        ["EmbeddedRedis"] = [],
        ["Ccr.Simulator"] = [],
        ["Ccr.ServiceDefaults"] = ["Aspire.StackExchange.Redis"],
        ["Ccr.ProxyService"] = ["Ccr.ServiceDefaults", "Ccr.Protocols", "Ccr.Tokenization", "Grpc"],
        ["Ccr.TokenizerService"] = ["Ccr.ServiceDefaults", "Ccr.Tokenization", "Grpc"],
        ["Ccr.Dashboard.Web"] = ["Ccr.ServiceDefaults"],
        ["Ccr.AppHost"] = [],
        ["Ccr.Bench"] = ["Ccr.Protocols", "Ccr.Tokenization", "Ccr.ProxyService"],
    };

    public static TheoryData<string> Projects => [.. All().Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Doors_open_one_way(string name)
    {
        var project = All().Single(project => project.Name == name);
        Assert.Empty(Wrong(project));
    }

    [Fact]
    public void Libraries_know_nothing_of_hosting()
    {
        foreach (var library in Libraries.Select(name => All().Single(project => project.Name == name)))
        {
            Assert.Equal("Microsoft.NET.Sdk", library.Xml.Root!.Attribute("Sdk")?.Value);
            Assert.Empty(library.Xml.Descendants("FrameworkReference"));
            Assert.DoesNotContain(library.Xml.Descendants("PackageReference"), package => package.Attribute("Include")!.Value.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_AppHost_has_the_services_as_resources_only()
    {
        var targets = File.ReadAllText(Path.Combine(Part.Repository, "standins", "Aspire.Hosting", "build", "Aspire.Hosting.Standin.targets"));
        Assert.Contains("<ReferenceOutputAssembly>false</ReferenceOutputAssembly>", targets, StringComparison.Ordinal);

        var appHost = All().Single(project => project.Name == "Ccr.AppHost");
        Assert.Equal([.. Services.Append("Ccr.Simulator").Order(StringComparer.Ordinal)], appHost.References.Select(reference => reference.Name).Order(StringComparer.Ordinal));
        Assert.All(appHost.References, reference => Assert.False(reference.Linked));
    }

    /// <summary>The rule itself is tested: a wrong door must be seen.</summary>
    [Theory]
    [InlineData("Ccr.Protocols", "Ccr.Tokenization", true)]
    [InlineData("Ccr.Dashboard.Web", "Ccr.Protocols", true)]
    [InlineData("Ccr.ProxyService", "Ccr.AppHost", false)]
    [InlineData("Ccr.ServiceDefaults", "Ccr.Tests", true)]
    [InlineData("Ccr.ProxyService", "Ccr.Simulator", true)]
    [InlineData("Ccr.ProxyService", "Ccr.Bench", true)]
    [InlineData("Ccr.Newcomer", "Ccr.Protocols", true)]
    public void A_wrong_door_is_seen(string from, string to, bool linked)
        => Assert.NotEmpty(Wrong(new Project(from, new XDocument(), [new Reference(to, linked)])));

    private static IEnumerable<string> Wrong(Project project)
    {
        if (project.Name == "Ccr.Tests" || project.IsTestProgram)
        {
            return project.References.Where(reference => reference.Name == "Ccr.AppHost" && reference.Linked)
                .Select(reference => $"{project.Name} links {reference.Name}: tests run it as a program.");
        }

        if (!Allowed.TryGetValue(project.Name, out var allowed))
        {
            return [$"{project.Name} is new: say in {nameof(DoorTests)}.{nameof(Allowed)} what it may link."];
        }

        return project.References
            .Where(reference => reference.Linked || project.Name != "Ccr.AppHost")
            .Where(reference => !allowed.Contains(reference.Name) && (reference.Linked || project.Name != "Ccr.Bench"))
            .Select(reference => $"{project.Name} may not reference {reference.Name}.");
    }

    private static List<Project> All()
        => [.. Directory.EnumerateFiles(Part.Repository, "*.csproj", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Part.Repository, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts" or "node_modules"))
            .Select(Read)];

    private static Project Read(string file)
    {
        var xml = XDocument.Load(file);
        var isAppHost = xml.Root!.Attribute("Sdk") is null;
        var references = xml.Descendants("ProjectReference").Select(reference => new Reference(
            Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')),
            Linked: !isAppHost && reference.Attribute("ReferenceOutputAssembly")?.Value != "false"));
        return new Project(Path.GetFileNameWithoutExtension(file), xml, [.. references])
        {
            IsTestProgram = Path.GetRelativePath(Part.Repository, file).Replace('\\', '/').StartsWith("Ccr.Tests/Programs/", StringComparison.Ordinal),
        };
    }

    private sealed record Project(string Name, XDocument Xml, IReadOnlyList<Reference> References)
    {
        public bool IsTestProgram { get; init; }
    }

    private sealed record Reference(string Name, bool Linked);
}
