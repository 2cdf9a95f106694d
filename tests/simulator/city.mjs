// Stations of an imaginary operator: the same ones for the same seed, with Chinese names, inside a box (GCJ-02).
const roads = ['情侣中路', '迎宾南路', '港湾大道', '人民东路', '珠海大道', '金湾路', '白藤湖路', '机场东路', '唐淇路', '梅华西路', '九洲大道', '前山路'];
const places = ['公共充电站', '公园充电站', '商业广场充电站', '客运站充电站', '产业园充电站', '医院充电站', '体育中心充电站', '住宅小区充电站'];
const areas = ['440402', '440403', '440404'];
const box = { west: 113.45, east: 113.58, south: 22.2, north: 22.35 };

/** A small generator of numbers in [0, 1): mulberry32. */
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const connector = (station, equipment, n, dc, power) => ({
  ConnectorID: `${equipment}${String(n).padStart(2, '0')}`, ConnectorName: `${n}号枪`, ConnectorType: dc ? 4 : 3,
  VoltageUpperLimits: dc ? 1000 : 220, VoltageLowerLimits: dc ? 200 : 220, Current: dc ? 250 : 32,
  Power: power, ParkNo: `A${n}`, NationalStandard: 2,
});

const equipment = (station, n, next) => {
  const dc = next() < 0.7, power = dc ? [60, 120, 180, 240][Math.floor(next() * 4)] : 7, guns = dc && power >= 120 ? 2 : 1;
  const id = `${station}${String(n).padStart(3, '0')}`;
  return {
    EquipmentID: id, ManufacturerID: '91440400M', ManufacturerName: '珠海某电气有限公司', EquipmentModel: dc ? `DC-${power}` : 'AC-7',
    ProductionDate: '2024-05-01', EquipmentType: dc ? 1 : 2, Power: power, EquipmentName: `${n}号${dc ? '直流' : '交流'}桩`,
    ConnectorInfos: Array.from({ length: guns }, (_, i) => connector(station, id, i + 1, dc, power / guns)),
  };
};

/** `count` StationInfo objects for operatorId. */
export const makeStations = (operatorId, count, seed = 1) => {
  const next = random(seed);
  return Array.from({ length: count }, (_, i) => {
    const id = String(i + 1).padStart(6, '0');
    const road = roads[Math.floor(next() * roads.length)];
    return {
      StationID: id, OperatorID: operatorId, EquipmentOwnerID: operatorId,
      StationName: `${road}${places[Math.floor(next() * places.length)]}${i + 1}号`, CountryCode: 'CN',
      AreaCode: areas[Math.floor(next() * areas.length)], Address: `珠海市${road}${1 + Math.floor(next() * 300)}号`,
      StationTel: '0756-2120000', ServiceTel: '400-000-0756', StationType: 1, StationStatus: 50, ParkNums: 10,
      StationLng: +(box.west + next() * (box.east - box.west)).toFixed(6),
      StationLat: +(box.south + next() * (box.north - box.south)).toFixed(6),
      SiteGuide: '由正门进入后右转', Construction: 9, Pictures: [], MatchCars: '乘用车', ParkInfo: '地下一层',
      BusineHours: '00:00-24:00', ElectricityFee: '0.85元/千瓦时', ServiceFee: '0.60元/千瓦时', ParkFee: '充电免费停车2小时',
      Payment: '微信,支付宝', SupportOrder: 0, Remark: '',
      EquipmentInfos: Array.from({ length: 1 + Math.floor(next() * 4) }, (_, n) => equipment(id, n + 1, next)),
    };
  });
};

export const connectorsOf = (station) => station.EquipmentInfos.flatMap((e) => e.ConnectorInfos.map((c) => c.ConnectorID));

/** A plausible day at one connector: free → occupied → charging → occupied → free, now and then a fault. */
export const nextStatus = (status, chance = Math.random) => {
  if (status === 255) return chance() < 0.3 ? 1 : 255;
  if (chance() < 0.005) return 255;
  if (status === 1) return chance() < 0.1 ? 4 : 2;
  if (status === 4) return 2;
  if (status === 2) return chance() < 0.6 ? 3 : 1;
  return status === 3 ? 2 : 1;
};
