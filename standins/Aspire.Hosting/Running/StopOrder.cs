namespace Aspire.Hosting.Running;

/// <summary>Those that use others stop before them.</summary>
internal static class StopOrder
{
    /// <summary>Groups that stop one after another; the members of a group stop together.</summary>
    public static IReadOnlyList<IReadOnlyList<IResource>> Levels(IReadOnlyList<IResource> resources)
    {
        var users = resources.ToDictionary(resource => resource, _ => new List<IResource>());
        foreach (var resource in resources)
        {
            foreach (var used in Uses(resource).Where(used => used != resource && users.ContainsKey(used)))
            {
                users[used].Add(resource);
            }
        }

        var levels = new Dictionary<IResource, int>();
        return [.. resources.GroupBy(resource => Level(resource, users, levels, [])).OrderBy(group => group.Key).Select(group => group.ToArray())];
    }

    private static IEnumerable<IResource> Uses(IResource resource)
        => resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource)
            .Concat(resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relation => relation.Resource));

    /// <summary>One more than the highest level of its users. Two that refer to each other have no order: the path back is ignored.</summary>
    private static int Level(IResource resource, Dictionary<IResource, List<IResource>> users, Dictionary<IResource, int> levels, HashSet<IResource> path)
    {
        if (levels.TryGetValue(resource, out var known))
        {
            return known;
        }

        path.Add(resource);
        var level = 0;
        foreach (var user in users[resource].Where(user => !path.Contains(user)))
        {
            level = Math.Max(level, Level(user, users, levels, path) + 1);
        }

        path.Remove(resource);
        return levels[resource] = level;
    }
}
