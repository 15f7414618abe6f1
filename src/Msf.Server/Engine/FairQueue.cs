namespace Msf.Server;

/// <summary>
/// Images that wait for one model. Clients take turns, image by image; a batch is led by the client whose turn it is, and images of others with the same key come along.
/// Not usable from several threads at once.
/// </summary>
internal sealed class FairQueue
{
    private readonly LinkedList<string> _turns = new();
    private readonly Dictionary<string, LinkedList<ImageTask>> _lines = [];
    private readonly LinkedList<GenerationJob> _jobs = new();

    /// <summary>Images that wait.</summary>
    internal int Count { get; private set; }

    /// <summary>Multiply-adds that wait.</summary>
    internal double Work { get; private set; }

    /// <summary>Images of a client that wait.</summary>
    internal int CountOf(string client) => _lines.TryGetValue(client, out var line) ? line.Count : 0;

    /// <summary>Adds all images of a job.</summary>
    internal void Add(GenerationJob job)
    {
        if (!_lines.TryGetValue(job.Client, out var line))
        {
            _lines[job.Client] = line = new LinkedList<ImageTask>();
            _turns.AddLast(job.Client);
        }
        foreach (var task in job.Tasks) line.AddLast(task);
        _jobs.AddLast(job);
        Count += job.Tasks.Count;
        Work += job.Tasks.Sum(task => task.Work.Sum());
    }

    /// <summary>Takes a batch: the first image of the client whose turn it is, and with it images of the same key, one of each client in turn.</summary>
    /// <returns>Possibly none.</returns>
    internal List<ImageTask> Take()
    {
        if (_turns.First?.Value is not { } leader) return [];
        var first = _lines[leader].First!.Value;
        _turns.RemoveFirst();
        _turns.AddLast(leader);
        return Take(first.BatchKey, first.BatchLimit, [leader, .. _turns.Where(client => client != leader)]);
    }

    /// <summary>Takes images of one key, one of each client in turn.</summary>
    /// <param name="key">The key.</param>
    /// <param name="most">At most as many.</param>
    /// <returns>Possibly none.</returns>
    internal List<ImageTask> Take(string key, int most) => Take(key, most, [.. _turns]);

    /// <summary>Takes all images of a job away.</summary>
    internal void Remove(GenerationJob job)
    {
        if (!_lines.TryGetValue(job.Client, out var line)) return;
        for (var node = line.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Job == job) Remove(job.Client, line, node);
            node = next;
        }
        _jobs.Remove(job);
    }

    /// <summary>Jobs of which no image was taken yet, in the order of their arrival.</summary>
    internal IReadOnlyList<GenerationJob> Waiting() => [.. _jobs];

    private void Remove(string client, LinkedList<ImageTask> line, LinkedListNode<ImageTask> node)
    {
        line.Remove(node);
        Count--;
        Work = Count == 0 ? 0 : Work - node.Value.Work.Sum();
        if (line.Count > 0) return;
        _lines.Remove(client);
        _turns.Remove(client);
    }

    private List<ImageTask> Take(string key, int most, List<string> clients)
    {
        var taken = new List<ImageTask>();
        while (clients.Count > 0)
        {
            foreach (var client in clients.ToArray())
            {
                if (taken.Count == most) return Begun(taken);
                if (_lines.TryGetValue(client, out var line) && First(line, key) is { } node)
                {
                    taken.Add(node.Value);
                    Remove(client, line, node);
                }
                else
                {
                    clients.Remove(client);
                }
            }
        }
        return Begun(taken);
    }

    private List<ImageTask> Begun(List<ImageTask> taken)
    {
        foreach (var job in taken.Select(task => task.Job).Distinct()) _jobs.Remove(job);
        return taken;
    }

    private static LinkedListNode<ImageTask>? First(LinkedList<ImageTask> line, string key)
    {
        for (var node = line.First; node is not null; node = node.Next)
            if (node.Value.BatchKey == key) return node;
        return null;
    }
}
