using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace Ccr.Dashboard.Web;

/// <summary>
/// Data protection keys that live as long as the process. What they protect (the descriptors of circuits) lives no longer either, so
/// no folder, no key ring in a home directory that a container does not have, and no warning about either.
/// </summary>
internal sealed class MemoryKeys : IXmlRepository, IConfigureOptions<KeyManagementOptions>
{
    private readonly Lock _lock = new();
    private readonly List<XElement> _elements = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_lock)
        {
            return [.. _elements];
        }
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock)
        {
            _elements.Add(element);
        }
    }

    /// <inheritdoc/>
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = this;

        // Nothing is written anywhere, so nothing needs to be encrypted at rest.
        options.XmlEncryptor = new NullXmlEncryptor();
    }
}
