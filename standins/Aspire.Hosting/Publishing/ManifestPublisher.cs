using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Publishing;

/// <summary>What <c>--publisher manifest --output-path FILE</c> does: the contract with azd.</summary>
internal sealed class ManifestPublisher(DistributedApplicationModel model, DistributedApplicationExecutionContext context, IConfiguration configuration)
{
    private const string DefaultFileName = "aspire-manifest.json";

    /// <summary>Writes the manifest to the file that the command line names.</summary>
    /// <exception cref="DistributedApplicationException">Another publisher, no file, or a resource that a manifest cannot say.</exception>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        if (!string.Equals(context.PublisherName, "manifest", StringComparison.OrdinalIgnoreCase))
        {
            throw new DistributedApplicationException($"There is no publisher '{context.PublisherName}' here: use --publisher manifest, or build with UseAspire=true for others.");
        }

        var path = configuration["output-path"]
            ?? throw new DistributedApplicationException("The '--output-path [path]' option was not specified even though manifest publishing was requested.");
        path = Path.GetFullPath(path);
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            path = Path.Combine(path, DefaultFileName);
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var file = File.Create(path);
            await using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
            await new ManifestPublishingContext(context, path, writer, cancellationToken).WriteModelAsync(model).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The manifest cannot be written to {path}: {e.Message}", e);
        }
    }
}
