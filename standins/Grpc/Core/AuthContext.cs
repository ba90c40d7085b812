// Stands for Grpc.Core.AuthContext and AuthProperty of the package Grpc.Core.Api.
// Leaves out: FindPropertiesByName, and properties of client certificates, which the server of the stand-in never fills in.

namespace Grpc.Core;

/// <summary>Who the caller is, as its connection proves it.</summary>
public class AuthContext
{
    /// <summary>Makes a context.</summary>
    public AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        PeerIdentityPropertyName = peerIdentityPropertyName;
        Properties = properties.Values.SelectMany(p => p).ToList();
    }

    /// <summary>Whether the caller is known.</summary>
    public bool IsPeerAuthenticated => PeerIdentityPropertyName is not null;

    /// <summary>The property that names the caller.</summary>
    public string? PeerIdentityPropertyName { get; }

    /// <summary>All properties.</summary>
    public IEnumerable<AuthProperty> Properties { get; }
}

/// <summary>One property of a caller.</summary>
public class AuthProperty
{
    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        ValueBytes = value;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The value as bytes.</summary>
    public byte[] ValueBytes { get; }

    /// <summary>The value as UTF-8 text.</summary>
    public string Value => System.Text.Encoding.UTF8.GetString(ValueBytes);

    /// <summary>Makes a property.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, (byte[])valueBytes.Clone());
    }
}
