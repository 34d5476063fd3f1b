import { describe, expect, it } from 'vitest';
import { expandBraces } from './braces.ts';
import { openStorage } from './open.ts';
import { joinUrl, parseStorageUrl, splitUrl } from './url.ts';

describe('storage URLs', () => {
  it('reads buckets, folders and directories', () => {
    expect(parseStorageUrl('s3://ovis/runs/')).toEqual({
      kind: 's3',
      bucket: 'ovis',
      prefix: 'runs',
      url: 's3://ovis/runs',
    });
    expect(parseStorageUrl('s3://ovis')).toMatchObject({ bucket: 'ovis', prefix: '', url: 's3://ovis' });
    expect(parseStorageUrl('file:///tmp/a%20b/')).toMatchObject({ directory: '/tmp/a b' });
    expect(parseStorageUrl('file:///')).toMatchObject({ directory: '/' });
  });

  it('says how to write what it does not understand', () => {
    expect(() => openStorage('/data/shards')).toThrow(
      expect.objectContaining({ code: 'BAD_URL', hint: 'write file:///data/shards' }),
    );
    expect(() => openStorage('gs://bucket/x')).toThrow(/gs:\/\/ is not supported/);
    expect(() => openStorage('s3:///x')).toThrow(expect.objectContaining({ code: 'BAD_URL' }));
  });

  it('splits an object URL and joins it again', () => {
    for (const url of ['s3://b-1/a/b/c.tar', 's3://b-1/c.tar', 'file:///data/x%20y.tar', 'file:///x.tar']) {
      const { base, key } = splitUrl(url);
      expect(key).not.toContain('/');
      expect(joinUrl(base, key)).toBe(url);
    }
    expect(splitUrl('s3://b-1/a/c.tar')).toEqual({ base: 's3://b-1/a', key: 'c.tar' });
    expect(splitUrl('file:///data/x%20y.tar').key).toBe('x y.tar');
    for (const bad of ['s3://bucket', 's3://bucket/', 'c.tar', 'http://h/x']) {
      expect(() => splitUrl(bad)).toThrow(expect.objectContaining({ code: 'BAD_URL' }));
    }
  });

  it('keeps keys inside their storage', async () => {
    const storage = openStorage('file:///tmp/ovis-no-such-directory');
    for (const key of ['../secret', 'a/../../b', '/etc/passwd', '', 'a//b', 'a\0b']) {
      await expect(storage.get(key)).rejects.toMatchObject({ code: 'BAD_URL' });
    }
  });
});

describe('braces', () => {
  it.each([
    ['train.tar', ['train.tar']],
    ['t-{000009..000011}.tar', ['t-000009.tar', 't-000010.tar', 't-000011.tar']],
    ['{3..1}', ['3', '2', '1']],
    ['{0..9..4}', ['0', '4', '8']],
    ['{-1..1}', ['-1', '0', '1']],
    ['{a,b}-{1..2}', ['a-1', 'a-2', 'b-1', 'b-2']],
    ['x{a,{1..2},c}', ['xa', 'x1', 'x2', 'xc']],
    ['{a,}b', ['ab', 'b']],
  ])('%s', (pattern, expected) => {
    expect(expandBraces(pattern)).toEqual(expected);
  });

  it.each(['a{1..3', 'a}b', '{abc}', '{0..99999999}'])('refuses %s', (pattern) => {
    expect(() => expandBraces(pattern)).toThrow(expect.objectContaining({ code: 'BAD_URL' }));
  });
});
