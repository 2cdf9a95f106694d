/* map: 充电地图 for everyone, from the map's memory (lib/map); one page, one picture and one QR code a station. */
#include "map_page.h"
#include "domain/setting.h"

static const struct route routes[] = {
    { GET, "/map",                       CAP_PUBLIC, "map-view", map_page },
    { GET, "/map/view",                  CAP_PUBLIC, "map-view", map_view_json },
    { GET, "/map/list",                  CAP_PUBLIC, "map-view", map_rows_part },
    { GET, "/map/facet",                 CAP_PUBLIC, "map-view", map_facet_part },
    { GET, "/map/stations/{id}",         CAP_PUBLIC, NULL,       station_page },
    { GET, "/map/station/{code}",        CAP_PUBLIC, "map-code", station_by_code },
    { GET, "/map/equipment/{code}",      CAP_PUBLIC, "map-code", equipment_by_code },
    { GET, "/map/stations/{id}/card",    CAP_PUBLIC, NULL,       station_card_part },
    { GET, "/map/stations/{id}/qr.png",  CAP_PUBLIC, NULL,       station_qr_png },
    { GET, "/map/stations/{id}/qr.svg",  CAP_PUBLIC, NULL,       station_qr_svg },
    { GET, "/map/stations/{id}/map.png", CAP_PUBLIC, NULL,       station_picture },
    ROUTE_END
};
static const struct program program = { .name = "map", .routes = routes, .templates = "map", .start = settings_start };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
